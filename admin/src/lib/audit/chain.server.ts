import * as z from 'zod/mini';
import { action, invalid } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';

const verified = z.object({
	month: z.string(),
	intact: z.boolean(),
	entries: z.number(),
	unsealed: z.number(),
	broken: z.nullable(z.object({ chain_no: z.number(), problem: z.string() }))
});

/** Checks the hash chain of a month, and says where it breaks. */
export const verify = action('verify', ['audit.read'], async ({ api, field }) => {
	const month = field('month');
	if (!/^\d{4}-\d{2}$/.test(month)) throw invalid({ month: 'Choose a month.' });
	const chain = verified.parse(dataOf(await api.rpc('verify_audit_chain', { p_month: `${month}-01` })));
	if (chain.broken) {
		const { chain_no, problem } = chain.broken;
		throw invalid({ month: `The chain of ${chain.month} breaks at entry ${chain_no}: ${problem}.` });
	}
	const waiting = chain.unsealed ? `; ${chain.unsealed} more are sealed within a minute` : '';
	return { done: `All ${chain.entries} sealed entries of ${chain.month} are as they were written${waiting}.` };
});
