/**
 * Waits for a condition: polls `probe` until it gives a truthy value and returns that. An exception of the probe ends the
 * wait at once; time running out names `what` was awaited.
 */
export async function until<T>(
	probe: () => T | Promise<T>,
	{ timeoutMs = 10_000, everyMs = 20, what = 'a condition' } = {}
): Promise<NonNullable<T>> {
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		const value = await probe();
		if (value) return value;
		if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, everyMs));
	}
}
