import type { RealtimeChannel, RealtimeClient } from '@supabase/realtime-js';
import type { LiveStatus, MessageMeta, Presence, PresenceMember, PresenceOptions, Subscription } from './live.ts';
import { LivePresence } from './live-presence.ts';
import type { TokenSource } from './live-token.ts';

/** What a topic needs of the connection that it belongs to. */
export interface TopicHost {
	client: () => Promise<RealtimeClient>;
	tokens: TokenSource;
	/** Resolves when an earlier channel of this topic has been left. */
	left: () => Promise<unknown> | undefined;
	onEmpty: (left: Promise<unknown>) => void;
}

interface Message {
	event: string;
	payload?: unknown;
	meta?: { id?: string };
}

const rememberedIds = 1_000;
const rejoinMs = [50, 1_000, 2_000, 5_000, 10_000];
const deniedMs = 60_000;
/** A join that held this long was a good one: the next rejoin need not wait. */
const steadyMs = 10_000;

/** One topic: the channel that its subscribers share, rejoined for as long as there are any. */
export class LiveTopic {
	readonly topic: string;
	readonly private: boolean;
	readonly #host: TopicHost;
	readonly #subscribers = new Set<Subscription>();
	readonly #presence: LivePresence;
	readonly #seen = new Set<string>();
	#status: LiveStatus = 'connecting';
	#channel: RealtimeChannel | undefined;
	/** Grows with each opening and closing; what an earlier channel still says is not heard. */
	#generation = 0;
	#attempts = 0;
	#wasLive = false;
	#liveSince = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#closing: Promise<unknown> | undefined;

	constructor(topic: string, isPrivate: boolean, host: TopicHost) {
		this.topic = topic;
		this.private = isPrivate;
		this.#host = host;
		this.#presence = new LivePresence();
	}

	/** Adds a subscriber; the returned function takes it away. */
	add(subscription: Subscription): () => void {
		const own = { ...subscription };
		this.#subscribers.add(own);
		this.#begin();
		call(own.onStatus, this.#status);
		if (this.#status === 'live') queueMicrotask(() => this.#subscribers.has(own) && call(own.onCatchUp));
		return () => this.#remove(own);
	}

	/** Adds someone who wants presence; the channel is joined anew when it had none. */
	join<State extends object>(options: PresenceOptions<State>): Presence<State> {
		const { key, state, onChange, onStatus } = options;
		const listener = (members: PresenceMember<object>[]) => onChange?.(members as PresenceMember<State>[]);
		const isNew = this.#presence.enter(key, listener);
		if (isNew && this.#channel) void this.#reopen();
		const leave = this.add({ ...(onStatus && { onStatus }) });
		this.#presence.show(state);
		return {
			update: (next) => this.#presence.show(next),
			leave: () => {
				this.#presence.exit(listener);
				leave();
			}
		};
	}

	/** Leaves the channel; resolves when the server knows. */
	close(): Promise<unknown> {
		this.#subscribers.clear();
		return (this.#closing ??= this.#leave());
	}

	#remove(subscription: Subscription): void {
		if (!this.#subscribers.delete(subscription) || this.#subscribers.size > 0 || this.#closing) return;
		this.#host.onEmpty(this.close());
	}

	#begin(): void {
		if (this.#generation === 0) void this.#open();
	}

	async #reopen(): Promise<void> {
		await this.#leave();
		await this.#open();
	}

	async #leave(): Promise<void> {
		this.#generation += 1;
		clearTimeout(this.#timer);
		const channel = this.#channel;
		this.#channel = undefined;
		this.#presence.detach();
		if (channel) await (await this.#host.client()).removeChannel(channel);
	}

	async #open(): Promise<void> {
		const generation = ++this.#generation;
		const isStale = () => generation !== this.#generation || this.#closing !== undefined;
		if (this.#status !== 'denied') this.#setStatus(this.#wasLive ? 'reconnecting' : 'connecting');
		try {
			await this.#host.left();
			const client = await this.#host.client();
			// Without this the first join goes out before the token is known, and a private channel is refused.
			if (client.accessToken) await client.setAuth();
			if (isStale()) return;
			const channel = client.channel(this.topic, {
				config: { private: this.private, presence: this.#presence.config() }
			});
			this.#channel = channel;
			channel.on('broadcast', { event: '*' }, (message) => isStale() || this.#receive(message));
			this.#presence.attach(channel);
			channel.subscribe((status, error) => isStale() || this.#follow(status, error));
		} catch (error) {
			if (isStale()) return;
			report(error);
			this.#retry();
		}
	}

	#follow(status: string, error: Error | undefined): void {
		if (status === 'SUBSCRIBED') return this.#joined();
		const reason = error?.message ?? '';
		if (reason.startsWith('Unauthorized')) return this.#again('denied');
		const isTokenRefused = /^(InvalidJWTToken|MalformedJWT|JwtSignatureError)/.test(reason);
		// A closed channel (token expired, rights lost, too many messages) is not rejoined by the library; all else is.
		if (status === 'CLOSED' || isTokenRefused) return this.#again('reconnecting');
		this.#setStatus(this.#wasLive ? 'reconnecting' : 'connecting');
	}

	#joined(): void {
		this.#wasLive = true;
		this.#liveSince = Date.now();
		this.#setStatus('live');
		this.#presence.joined();
		for (const subscriber of this.#subscribers) call(subscriber.onCatchUp);
	}

	/** Gives the channel up and joins anew, with a new token. */
	#again(status: LiveStatus): void {
		this.#setStatus(status);
		this.#host.tokens.expire();
		void this.#leave().then(() => this.#closing ?? this.#retry());
	}

	#retry(): void {
		if (this.#wasLive && Date.now() - this.#liveSince > steadyMs) this.#attempts = 0;
		const waitMs = rejoinMs[Math.min(this.#attempts, rejoinMs.length - 1)] ?? 0;
		this.#attempts += 1;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#open(), this.#status === 'denied' ? deniedMs : waitMs);
	}

	#receive({ event, payload, meta }: Message): void {
		const id = meta?.id;
		if (id !== undefined) {
			if (this.#seen.has(id)) return;
			this.#seen.add(id);
			for (const oldest of this.#seen) {
				if (this.#seen.size <= rememberedIds) break;
				this.#seen.delete(oldest);
			}
		}
		const about: MessageMeta = { event, ...(id !== undefined && { id }) };
		for (const { events } of this.#subscribers) call(events?.[event], payload as never, about);
	}

	#setStatus(status: LiveStatus): void {
		if (status === this.#status) return;
		this.#status = status;
		for (const { onStatus } of this.#subscribers) call(onStatus, status);
	}
}

/** Calls a subscriber; one that fails must not keep the message from the others. */
function call<Args extends unknown[]>(handler: ((...args: Args) => unknown) | undefined, ...args: Args): void {
	try {
		const result = handler?.(...args);
		if (result instanceof Promise) result.catch(report);
	} catch (error) {
		report(error);
	}
}

function report(error: unknown): void {
	console.error(error);
}
