let last: Promise<unknown> = Promise.resolve();

/** Runs something in a task of its own, after what was asked for before, so that touches and keys are answered in between. */
export function inTurn(task: () => void): void {
	last = last
		.then(pause)
		.then(task)
		.catch((error: unknown) => reportError(error));
}

/** Resolves when nothing waits for its turn any more. */
export async function turnsTaken(): Promise<void> {
	for (let seen; seen !== last; await seen) seen = last;
}

function pause(): Promise<void> {
	const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } };
	return scheduler?.yield?.() ?? new Promise((next) => setTimeout(next));
}
