import { invalidate } from '$app/navigation';
import { SvelteMap } from 'svelte/reactivity';
import { createLive, type Live, type LiveStatus, type Presence, type PresenceMember } from '#shared/platform/live.ts';
import { TokenSource } from '#shared/platform/live-token.ts';
import type { Api } from './api.ts';
import { Route } from './routes.ts';

type Handlers = Record<string, (payload: never) => unknown>;

/** Topics that rejoin together after a cut ask for one catch-up, not one each. */
const gatherMs = 30;

/**
 * This page's own line to the API: live topics and reads under the visitor's rights, by a short-lived token that is asked
 * of the panel's server and kept in memory. Nothing is loaded before it is needed.
 */
class Connection {
	#statuses = new SvelteMap<string, LiveStatus>();
	#live: Live | undefined;
	#rest: Promise<Api> | undefined;
	#api: { url: string; key: string } | undefined;
	#tokens = new TokenSource(async () => {
		const response = await fetch(Route.sessionToken);
		const { token } = (await response.json()) as { token: string | null };
		// Signed out in another tab: the next load of the shell leads to the sign-in.
		if (!token) await invalidate('admin:visitor');
		return token;
	});

	/** What the page can trust: `live`, or what it shows may be old. */
	readonly status: 'idle' | 'live' | 'reconnecting' = $derived.by(() => {
		const all = [...this.#statuses.values()];
		if (all.includes('reconnecting')) return 'reconnecting';
		return all.includes('live') && !all.includes('connecting') ? 'live' : 'idle';
	});

	/** Tells where the API is; the shell calls it before anything else. */
	open(api: { url: string; key: string }): void {
		this.#api = api;
	}

	/** Listens on private topics until the returned function is called. `onCatchUp` comes after each join. */
	follow(topics: readonly string[], events: Handlers, onCatchUp?: () => unknown): () => void {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const catchUp = () => {
			clearTimeout(timer);
			timer = setTimeout(() => onCatchUp?.(), gatherMs);
		};
		const live = this.#open();
		const ends = topics.map((topic) =>
			live.subscribe(topic, {
				private: true,
				events,
				...(onCatchUp && { onCatchUp: catchUp }),
				onStatus: (status) => this.#statuses.set(topic, status)
			})
		);
		return () => {
			clearTimeout(timer);
			for (const end of ends) end();
			for (const topic of topics) this.#statuses.delete(topic);
		};
	}

	/** Shows this person on a topic, and who else is there. */
	presence<State extends object>(
		topic: string,
		key: string,
		state: State,
		onChange: (members: PresenceMember<State>[]) => void
	): Presence<State> {
		return this.#open().presence<State>(topic, { private: true, key, state, onChange });
	}

	/** The REST API under the visitor's own rights. */
	rest(): Promise<Api> {
		return (this.#rest ??= this.#load());
	}

	#open(): Live {
		const { url, key } = this.#where();
		return (this.#live ??= createLive({ url, apikey: key, accessToken: () => this.#tokens.get() }));
	}

	async #load(): Promise<Api> {
		const { PostgrestClient } = await import('@supabase/postgrest-js');
		const { url, key } = this.#where();
		return new PostgrestClient(`${url}/rest/v1`, {
			fetch: async (input, init) => {
				const headers = new Headers(init?.headers);
				headers.set('apikey', key);
				headers.set('authorization', `Bearer ${(await this.#tokens.get()) ?? key}`);
				const response = await fetch(input, { ...init, headers });
				if (response.status === 401) this.#tokens.expire();
				return response;
			}
		});
	}

	#where(): { url: string; key: string } {
		if (!this.#api) throw new Error('The connection was used before the shell opened it.');
		return this.#api;
	}
}

/** One for each tab. Never used while rendering on the server, where it would be everybody's. */
export const connection = new Connection();
