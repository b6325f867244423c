/** Jobs of payments. */
import { z } from 'zod';
import { defineJob, type AnyJob } from './job.ts';

/** Acts again on an event of the card provider that failed at first (a lock, a mistake of ours since put right). */
const event = defineJob({
	queue: 'payments-event',
	payload: z.object({ v: z.literal(1), event_id: z.string() }),
	async run({ event_id }, { db }) {
		const answer = await db.transaction(async (query) => {
			await query(`select set_config('app.actor', 'job:payments-event', true)`, []);
			const [row] = await query<{ answer: { result: string; error?: string } }>(
				'select private.process_stripe_event($1) as answer',
				[event_id]
			);
			return row?.answer;
		});
		if (answer?.result === 'failed') throw new Error(`${event_id}: ${answer.error ?? 'failed'}`);
		return `${answer?.result}: ${event_id}`;
	}
});

export const paymentJobs: AnyJob[] = [event];
