import { expect, it, vi } from 'vitest';
import type { JobContext } from '../../jobs/job.ts';
import { pricingJobs } from '../../jobs/pricing.ts';

it('a price that starts is announced, whoever set it', async () => {
	const query = vi.fn().mockResolvedValue([]);
	const [job] = pricingJobs;
	expect(job?.queue).toBe('prices-start');
	expect(await job?.run({ v: 1 }, { db: { query } } as unknown as JobContext)).toBe('told');
	expect(query).toHaveBeenCalledWith('select private.announce_prices()', []);
	await expect(job?.run({ v: 2 }, {} as JobContext)).rejects.toThrow();
});
