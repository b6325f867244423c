interface Cacheable {
	request: Request;
	setHeaders: (headers: Record<string, string>) => void;
}

/**
 * Lets shared caches keep a page that is the same for everybody for a minute, and serve it while they fetch a new one.
 * Never for someone with a session: refreshing it sets cookies.
 */
export function cachePublicly({ request, setHeaders }: Cacheable, seconds = 60): void {
	if (request.headers.get('cookie')?.includes('sb-')) return;
	setHeaders({ 'cache-control': `public, max-age=0, s-maxage=${seconds}, stale-while-revalidate=600`, vary: 'cookie' });
}
