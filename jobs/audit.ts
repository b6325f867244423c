/** Jobs of the audit: the hash chain of its entries, and the end of what lies in the trash. */
import { z } from 'zod';
import { defineJob, type AnyJob } from './job.ts';

const nothing = z.object({ v: z.literal(1) });

/**
 * Seals new entries into their month's hash chain, bite by bite. Its log line is the chain's head: kept outside of the
 * database, it shows a chain that was rewritten as a whole.
 */
const seal = defineJob({
	queue: 'audit-seal',
	payload: nothing,
	async run(_payload, { db }) {
		const bite = 2000;
		let sealed = 0;
		for (let last = bite; last === bite; sealed += last) {
			const [row] = await db.query<{ count: number }>('select private.seal_audit($1) as count', [bite]);
			last = row?.count ?? 0;
		}
		if (sealed === 0) return null;
		const [row] = await db.query<{ head: string | null }>('select private.audit_head() as head');
		return `sealed ${sealed}, head ${row?.head ?? 'none'}`;
	}
});

/** Takes away for good what was deleted more than 30 days ago. */
const purge = defineJob({
	queue: 'trash-purge',
	payload: nothing,
	async run(_payload, { db }) {
		const [row] = await db.query<{ purged: number }>('select private.purge_trash() as purged');
		return row?.purged ? `purged ${row.purged}` : null;
	}
});

export const auditJobs: AnyJob[] = [seal, purge];
