/** Jobs of pricing: a price or rule that was scheduled starts or ends, and open pages hear of it. */
import { z } from 'zod';
import { defineJob, type AnyJob } from './job.ts';

/** Tells open quotes and the panel that other prices hold from now on. The prices themselves need nobody to start them. */
const pricesStart = defineJob({
	queue: 'prices-start',
	payload: z.object({ v: z.literal(1) }),
	async run(_payload, { db }) {
		await db.query('select private.announce_prices()', []);
		return 'told';
	}
});

export const pricingJobs: AnyJob[] = [pricesStart];
