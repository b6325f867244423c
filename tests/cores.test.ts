import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runOnCores } from './cores.ts';

const work = fc.record({ cores: fc.integer({ min: 1, max: 6 }), ms: fc.integer({ min: 0, max: 4 }) });

it('runs each once, and never more at a time than there are cores for, but for one that wants more than all', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(work, { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), async (works, limit) => {
			const running: number[] = [];
			const results = await runOnCores(works, limit, async (one) => {
				running.push(one.cores);
				const busy = running.reduce((sum, each) => sum + each, 0);
				expect(busy <= limit || running.length === 1, `${busy} of ${limit} cores`).toBe(true);
				await new Promise((resolve) => setTimeout(resolve, one.ms));
				running.splice(running.indexOf(one.cores), 1);
				return works.indexOf(one);
			});
			expect(results.toSorted((a, b) => a - b)).toEqual(works.map((_, index) => index));
		}),
		{ numRuns: 50 }
	);
});

it('lets what is small go before what does not fit yet', async () => {
	const begun: string[] = [];
	const works = [
		{ name: 'check', cores: 1 },
		{ name: 'unit', cores: 2 },
		{ name: 'db', cores: 1 }
	];
	await runOnCores(works, 2, async ({ name }) => {
		begun.push(name);
		await new Promise((resolve) => setTimeout(resolve, 1));
	});
	expect(begun).toEqual(['check', 'db', 'unit']);
});

it('rejects with the first error', async () => {
	const failing = runOnCores([{ cores: 1 }], 1, () => Promise.reject(new Error('no')));
	await expect(failing).rejects.toThrow('no');
});
