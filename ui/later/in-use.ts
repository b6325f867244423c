const signs = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'focusin', 'input'] as const;
const stoodMs = 8000;

/**
 * Calls `start` once the page is in use: at the first touch, key or scroll, or when it has stood for 8 s. What a page can do
 * without until then doesn't compete with its first paint. Returns a function that ends the wait, or what `start` began.
 */
export function whenInUse(start: () => () => void): () => void {
	let stop: (() => void) | undefined;
	const waiting = new AbortController();
	const begin = () => {
		waiting.abort();
		clearTimeout(timer);
		stop = start();
	};
	const timer = setTimeout(begin, stoodMs);
	for (const sign of signs) addEventListener(sign, begin, { signal: waiting.signal, passive: true, capture: true });
	return () => {
		waiting.abort();
		clearTimeout(timer);
		stop?.();
	};
}
