/**
 * Calls back every so often while the page is looked at, and once when it is looked at again: for figures that no message
 * announces, because they change by time alone.
 */
export function refreshEvery(seconds: number, refresh: () => unknown): void {
	$effect(() => {
		const look = () => document.visibilityState === 'visible' && refresh();
		const timer = setInterval(look, seconds * 1000);
		document.addEventListener('visibilitychange', look);
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', look);
		};
	});
}
