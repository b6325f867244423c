/**
 * For `<details {...opened(…)}>`: opens it, or leaves it as it is. `open={false}` would close, when the page's scripts arrive,
 * what somebody opened before.
 */
export function opened(open: boolean): { open?: true } {
	return open ? { open } : {};
}
