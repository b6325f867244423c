import { ready } from '#kit/server/health.ts';

export const GET = () => ready();
