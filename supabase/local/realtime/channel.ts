import { randomUUID } from 'node:crypto';
import { mayWrite, readRights, type Asker, type Extension, type Rights } from './authorise.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import type { DatabaseMessage } from './feed.ts';
import { BroadcastFrames, isObject, type Incoming, type Json } from './frames.ts';
import type { Member } from './hub.ts';
import { joinConfig, joinToken, type JoinConfig } from './join-config.ts';
import { monotonicMs } from './limits.ts';
import { Refusal } from './refusal.ts';
import { expired, type Claims } from './tokens.ts';

/** One join of one socket on one topic: its rights, its token's clock, what it may still receive. */
export class Channel implements Member {
	/** As the client names it, with `realtime:`. */
	readonly topic: string;
	/** As SQL and policies name it. */
	readonly name: string;
	readonly joinRef: string | null;
	readonly config: JoinConfig;
	readonly #context: Context;
	readonly #connection: Connection;
	readonly #presenceKey: string;
	readonly #replayed = new Set<string>();
	/** Messages that arrive while the join is being answered. */
	#held: BroadcastFrames[] | null = [];
	#claims: Claims;
	#token: string | null;
	#read: Rights = { broadcast: true, presence: true };
	#write: Partial<Record<Extension, boolean>> = {};
	#tokenTimer: NodeJS.Timeout | undefined;
	#presenceCalls: number[] = [];
	#closed = false;

	/**
	 * Joins: token, policies, replay, answer, replayed messages, presence.
	 * Errors: `Refusal`; then nothing of the channel is left.
	 */
	static async join(context: Context, connection: Connection, push: Incoming): Promise<Channel> {
		const config = joinConfig(push.payload, context.limits.replayMessages);
		const claims = config.token ? await context.tokens.accessToken(config.token) : connection.claims;
		const channel = new Channel(context, connection, push, config, claims);
		try {
			await channel.#open(push.ref);
		} catch (error) {
			channel.leave();
			throw error;
		}
		return channel;
	}

	private constructor(context: Context, connection: Connection, push: Incoming, config: JoinConfig, claims: Claims) {
		this.#context = context;
		this.#connection = connection;
		this.topic = push.topic;
		this.name = push.topic.slice('realtime:'.length);
		this.joinRef = push.joinRef ?? push.ref;
		this.config = config;
		this.#claims = claims;
		this.#token = config.token;
		this.#presenceKey = config.presenceKey || randomUUID();
	}

	get seesBroadcasts(): boolean {
		return this.#read.broadcast === true;
	}
	get seesPresence(): boolean {
		return this.config.presenceEnabled && this.#read.presence === true;
	}
	get wantsOwn(): boolean {
		return this.config.self;
	}

	get closed(): boolean {
		return this.#closed;
	}

	/** Hands over a live message, unless this channel had it by replay. */
	deliver(frames: BroadcastFrames): void {
		if (this.#held) this.#held.push(frames);
		else if (!frames.broadcast.id || !this.#replayed.has(frames.broadcast.id)) this.#connection.sendBroadcast(frames);
	}

	send(ref: string | null, event: string, payload: Json): void {
		this.#connection.send(this.joinRef, ref, this.topic, event, payload);
	}

	announce(event: string, payload: Json): void {
		if (!this.#held) this.#connection.send(null, null, this.topic, event, payload);
	}

	/** Handles a push on this channel; what it refuses it tells or, where hosted is silent, logs. */
	async handle(push: Incoming): Promise<void> {
		switch (push.event) {
			case 'broadcast':
				return await this.#broadcast(push);
			case 'presence':
				return await this.#presence(push);
			case 'access_token':
				return await this.#changeToken(push.payload);
			default:
				return this.#context.log(`${this.topic}: event ${push.event} is not known, ignored`);
		}
	}

	/** Ends the channel for good: the client does not rejoin by itself after this. */
	close(): void {
		if (this.#closed) return;
		this.leave();
		this.send(this.joinRef, 'phx_close', {});
	}

	/** Ends the channel without a word, for a socket that is gone or a client that left. */
	leave(): void {
		this.#closed = true;
		clearTimeout(this.#tokenTimer);
		this.#context.hub.leave(this.name, this.config.private, this);
		this.#connection.forget(this);
	}

	async #open(ref: string | null): Promise<void> {
		const { hub, feed, counters } = this.#context;
		const { config, name } = this;
		if (config.private) await this.#readRights();
		// In the room before the replay is read, so that nothing falls between the two.
		hub.enter(name, config.private, this);
		const replay = config.replay
			? await this.#replay(() => feed.replay(name, config.replay?.sinceMs ?? 0, config.replay?.limit ?? 0))
			: [];
		if (this.#connection.closed) throw new Refusal('ClientGone', 'The socket closed while joining');
		counters.joins += 1;
		this.reply(ref, 'ok', { postgres_changes: [] });
		for (const message of replay) {
			this.#replayed.add(message.broadcast.id);
			this.#connection.sendBroadcast(new BroadcastFrames(this.topic, message.broadcast));
		}
		const held = this.#held ?? [];
		this.#held = null;
		for (const frames of held) this.deliver(frames);
		if (config.replicationReady) this.#system('ok', 'Replication connection established');
		if (this.seesPresence) this.send(null, 'presence_state', hub.presenceState(name, config.private));
		this.#watchToken();
	}

	async #replay(read: () => Promise<DatabaseMessage[]>): Promise<DatabaseMessage[]> {
		if (!this.seesBroadcasts) return [];
		try {
			return await read();
		} catch (error) {
			this.#context.log(`${this.topic}: replay failed: ${String(error)}`);
			throw new Refusal('UnableToReplayMessages', 'The messages could not be read');
		}
	}

	async #readRights(): Promise<void> {
		this.#read = await readRights(this.#context.db, this.#asker(), this.config.presenceEnabled);
		this.#write = {};
		if (this.#read.broadcast || this.#read.presence) return;
		throw new Refusal('Unauthorized', `You do not have permissions to read from this Channel topic: ${this.name}`);
	}

	async #mayWrite(extension: Extension): Promise<boolean> {
		if (!this.config.private) return true;
		return (this.#write[extension] ??= await mayWrite(this.#context.db, this.#asker(), extension));
	}

	#asker(): Asker {
		return { claims: this.#claims, topic: this.name, headers: this.#connection.headers };
	}

	async #broadcast(push: Incoming): Promise<void> {
		const { broadcast, ref } = push;
		if (!broadcast) return;
		const { limits, rates, hub, log } = this.#context;
		if (!rates.events.take()) return this.#expel('Too many messages per second');
		if (push.payload.persist !== undefined) {
			return this.#answer(ref, 'error', {
				error: 'PersistNotSupported: store the message with realtime.send() in SQL'
			});
		}
		if (Buffer.byteLength(broadcast.payload) > limits.payloadBytes) {
			log(`${this.topic}: broadcast "${broadcast.event}" is larger than ${limits.payloadBytes} bytes, dropped`);
			return this.#answer(ref, 'error', { reason: 'Payload size exceeds the limit of the project' });
		}
		if (!(await this.#mayWrite('broadcast'))) {
			// No answer at all, as hosted: with ack the client sees 'timed out'.
			return log(
				`${this.topic}: broadcast "${broadcast.event}" dropped: no INSERT policy on realtime.messages lets role ` +
					`${this.#claims.role} (sub ${this.#claims.sub ?? 'none'}) send to this topic`
			);
		}
		hub.broadcast(this.name, this.config.private, broadcast, this);
		this.#answer(ref, 'ok', {});
	}

	#answer(ref: string | null, status: 'ok' | 'error', response: Json): void {
		if (this.config.ack) this.reply(ref, status, response);
	}

	reply(ref: string | null, status: 'ok' | 'error', response: Json): void {
		this.send(ref, 'phx_reply', { status, response });
	}

	async #presence({ ref, payload: { event, payload } }: Incoming): Promise<void> {
		const { limits, rates, hub } = this.#context;
		const now = monotonicMs();
		this.#presenceCalls = this.#presenceCalls.filter((at) => at > now - limits.presenceWindowMs);
		this.#presenceCalls.push(now);
		if (this.#presenceCalls.length > limits.presenceCalls) return this.#expel('Client presence rate limit exceeded');
		if (!rates.presence.take()) return this.#expel('Too many presence messages per second');
		const kind = typeof event === 'string' ? event.toLowerCase() : '';
		if (kind === 'untrack') hub.untrack(this.name, this.config.private, this);
		else if (kind !== 'track') return this.reply(ref, 'error', { reason: 'Presence event is not known' });
		else if (!isObject(payload)) return this.reply(ref, 'error', { reason: 'Presence track payload must be a map' });
		else if (Buffer.byteLength(JSON.stringify(payload)) > limits.payloadBytes) {
			return this.reply(ref, 'error', { reason: 'Payload size exceeds the limit of the project' });
		} else if (!(await this.#mayWrite('presence'))) {
			return this.reply(ref, 'error', {
				reason: 'You do not have permissions to write presence on this Channel topic'
			});
		} else hub.track(this.name, this.config.private, this, this.#presenceKey, payload);
		this.reply(ref, 'ok', {});
	}

	async #changeToken(payload: Json): Promise<void> {
		const token = joinToken(payload);
		if (!token || token === this.#token) return;
		try {
			this.#claims = await this.#context.tokens.accessToken(token);
			this.#token = token;
			if (this.config.private) await this.#readRights();
			if (!this.#closed) this.#watchToken();
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			const lost = error.code === 'Unauthorized';
			this.#expel(
				lost ? `You no longer have permission to read from this Channel topic: ${this.name}` : error.sentence
			);
		}
	}

	/** Looks at the token again when it expires; never later than `tokenCheckMs`, because clocks may be set. */
	#watchToken(): void {
		clearTimeout(this.#tokenTimer);
		const { exp } = this.#claims;
		if (exp === undefined) return;
		const leftMs = exp * 1000 - Date.now();
		if (leftMs <= 0) return this.#expel(expired(exp).sentence);
		this.#tokenTimer = setTimeout(() => this.#watchToken(), Math.min(leftMs, this.#context.limits.tokenCheckMs));
		this.#tokenTimer.unref();
	}

	#expel(message: string): void {
		if (this.#closed) return;
		this.#context.log(`${this.topic}: closed: ${message}`);
		this.#system('error', message);
		this.close();
	}

	#system(status: 'ok' | 'error', message: string): void {
		this.send(null, 'system', { extension: 'system', status, message, channel: this.name });
	}
}
