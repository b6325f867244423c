import type { Live, Subscription } from '#shared/platform/live.ts';
import type { ApiAccess } from './rpc.ts';

let live: Promise<Live> | undefined;

/**
 * Listens to a public topic until the returned function is called. Loads what it needs at the first call, so that no page
 * waits for it; one connection serves the whole visit.
 */
export function listen(api: ApiAccess, topic: string, subscription: Subscription): () => void {
	let stopped = false;
	let stop: (() => void) | undefined;
	live ??= import('#shared/platform/live.ts').then(({ createLive }) => createLive({ url: api.url, apikey: api.key }));
	live.then(
		(connection) => {
			if (!stopped) stop = connection.subscribe(topic, subscription);
		},
		() => (live = undefined)
	);
	return () => {
		stopped = true;
		stop?.();
	};
}
