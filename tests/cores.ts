import { availableParallelism } from 'node:os';

/** The cores that tests may keep busy: all of this machine, or as many as `TEST_CORES` says. */
export const cores = Number(process.env.TEST_CORES ?? availableParallelism());

/** Work that keeps some cores busy. */
export interface Busy {
	/** How many cores it keeps busy. */
	cores: number;
}

/**
 * Runs everything, each as soon as its cores are free: in the order given, but what is small goes before what does not fit yet.
 * What wants more cores than the limit runs alone. Resolves to the results in the order in which they came; rejects with the first
 * error.
 */
export async function runOnCores<Work extends Busy, Result>(
	works: readonly Work[],
	limit: number,
	run: (work: Work) => Promise<Result>
): Promise<Result[]> {
	const waiting = [...works];
	const running = new Set<Promise<void>>();
	const results: Result[] = [];
	let free = limit;
	const start = (work: Work) => {
		free -= work.cores;
		const done = run(work).then((result) => {
			free += work.cores;
			running.delete(done);
			results.push(result);
		});
		running.add(done);
	};
	while (waiting.length || running.size) {
		const next = waiting.findIndex((work) => work.cores <= free || running.size === 0);
		const [work] = next < 0 ? [] : waiting.splice(next, 1);
		if (work) start(work);
		else await Promise.race(running);
	}
	return results;
}
