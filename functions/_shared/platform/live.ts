/**
 * The one way in which pages and tests listen. Wraps `@supabase/realtime-js`, which is loaded at the first subscription
 * and not before: importing this file costs a page about 2 kB, its types nothing.
 */
import type { RealtimeClient, RealtimeClientOptions } from '@supabase/realtime-js';
import { LiveTopic } from './live-topic.ts';
import { TokenSource } from './live-token.ts';

/** `denied`: the person may not listen here; asked again each minute, in case that changes. */
export type LiveStatus = 'connecting' | 'live' | 'reconnecting' | 'denied';

export interface MessageMeta {
	event: string;
	/** Id of the database message; clients' own broadcasts have none. */
	id?: string;
}

export interface Subscription {
	/** True for topics that row-level security guards. */
	private?: boolean;
	/** Handlers by event name. The same database message never comes twice. */
	events?: { [event: string]: (payload: never, meta: MessageMeta) => void };
	/**
	 * Messages may have been missed: read again by cursor. Called once after each join, the first one too, because the
	 * page may have been rendered before it.
	 */
	onCatchUp?: () => unknown;
	/** Called at once with the status as it is, then at each change. */
	onStatus?: (status: LiveStatus) => void;
}

export interface PresenceMember<State> {
	key: string;
	/** What this person showed last; one entry for each key, however many screens it is on. */
	state: State;
}

export interface PresenceOptions<State extends object> {
	private?: boolean;
	/** Who this is, for example the user's id. */
	key: string;
	/** What the others see; null only looks. */
	state: State | null;
	onChange?: (members: PresenceMember<State>[]) => void;
	onStatus?: (status: LiveStatus) => void;
}

export interface Presence<State extends object> {
	/** Shows something else; calls in quick succession are gathered, since the service takes 5 in 30 seconds. */
	update(state: State | null): void;
	leave(): void;
}

export interface LiveOptions {
	/** Address of the Supabase project. */
	url: string;
	apikey: string;
	/** A token of the person who looks, fresh for at least a minute if it can be; null when nobody is signed in. */
	accessToken?: () => Promise<string | null>;
	/** Instead of `accessToken`: a source shared with other requests, which then also learns of a refused token. */
	tokens?: TokenSource;
	/** For tests: quicker reconnects, another WebSocket. */
	realtime?: RealtimeClientOptions;
}

export interface Live {
	/** Listens until the returned function is called. Subscribers of one topic share one channel. */
	subscribe(topic: string, subscription: Subscription): () => void;
	/** Shows who else is on a topic. */
	presence<State extends object>(topic: string, options: PresenceOptions<State>): Presence<State>;
	/** Ends everything; nothing is called afterwards. */
	close(): Promise<void>;
}

/**
 * A live connection; nothing is loaded or opened before the first subscription. It joins with a token, reconnects and
 * rejoins by itself, also after the server closed a channel because its token expired.
 * Errors: throws when one topic is asked for both as public and as private.
 */
export function createLive(options: LiveOptions): Live {
	const topics = new Map<string, LiveTopic>();
	const leaving = new Map<string, Promise<unknown>>();
	const tokens = options.tokens ?? new TokenSource(options.accessToken ?? (() => Promise.resolve(null)));
	let loading: Promise<RealtimeClient> | undefined;
	const client = () => (loading ??= load(options, tokens).catch(forget));
	const forget = (error: unknown): never => {
		loading = undefined;
		throw error;
	};

	const at = (topic: string, isPrivate: boolean): LiveTopic => {
		let found = topics.get(topic);
		if (!found) {
			found = new LiveTopic(topic, isPrivate, {
				client,
				tokens,
				left: () => leaving.get(topic),
				onEmpty: (left) => {
					topics.delete(topic);
					leaving.set(topic, left);
					void left.finally(() => leaving.get(topic) === left && leaving.delete(topic));
				}
			});
			topics.set(topic, found);
		}
		if (found.private !== isPrivate)
			throw new Error(`The topic ${topic} is open as ${isPrivate ? 'public' : 'private'}.`);
		return found;
	};

	return {
		subscribe: (topic, subscription) => at(topic, subscription.private ?? false).add(subscription),
		presence: (topic, presence) => at(topic, presence.private ?? false).join(presence),
		async close() {
			const open = [...topics.values()];
			topics.clear();
			await Promise.allSettled(open.map((topic) => topic.close()));
			if (loading) await (await loading).disconnect();
		}
	};
}

async function load(options: LiveOptions, tokens: TokenSource): Promise<RealtimeClient> {
	const { url, apikey, realtime } = options;
	const { RealtimeClient } = await import('@supabase/realtime-js');
	const address = new URL('realtime/v1', url.endsWith('/') ? url : `${url}/`);
	address.protocol = address.protocol.replace('http', 'ws');
	return new RealtimeClient(address.href, {
		...realtime,
		params: { ...realtime?.params, apikey },
		...((options.accessToken ?? options.tokens) && { accessToken: () => tokens.get() })
	});
}
