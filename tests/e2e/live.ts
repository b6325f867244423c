/**
 * How long a change may take to another open screen: a second for people; more on a shared CI machine, where the budget
 * itself (p95) is measured by `npm run bench -- realtime` instead.
 */
export const soon = { timeout: process.env.CI ? 5_000 : 1_000 };
