const name = (id: string) => `my-hibachi.celebrated.${id}`;

/** Confetti for a payment, once: not for a reload, and not for who asked for less motion. Loads what it needs by itself. */
export async function celebrate(id: string): Promise<void> {
	if (matchMedia('(prefers-reduced-motion: reduce)').matches || !isFirst(id)) return;
	const { default: library } = await import('canvas-confetti');
	// Without a worker: it would be a script of a blob, which our pages may not run.
	const confetti = library.create(undefined, { resize: true, useWorker: false });
	const colors = ['#dc2626', '#f2a93b', '#16213d', '#fffaf3', '#166534'];
	const burst = { particleCount: 70, spread: 70, startVelocity: 45, ticks: 180, colors, disableForReducedMotion: true };
	await Promise.all([
		confetti({ ...burst, angle: 60, origin: { x: 0, y: 0.75 } }),
		confetti({ ...burst, angle: 120, origin: { x: 1, y: 0.75 } })
	]);
}

function isFirst(id: string): boolean {
	try {
		if (sessionStorage.getItem(name(id))) return false;
		sessionStorage.setItem(name(id), '1');
		return true;
	} catch {
		return false;
	}
}
