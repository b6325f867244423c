import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { reconciliation, type Reconciliation } from './schema.ts';

const shown = 60;

/** The newest reports of comparing the ledger with the card provider: two months of days. */
export async function readReconciliations(api: Api): Promise<Reconciliation[]> {
	const answer = await api
		.from('payment_reconciliations')
		.select('id, period_from, period_to, checked, differences, created_at')
		.order('created_at', { ascending: false })
		.order('id')
		.limit(shown);
	return z.array(reconciliation).parse(dataOf(answer));
}
