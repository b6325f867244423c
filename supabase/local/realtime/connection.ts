import type { WebSocket } from 'ws';
import { Channel } from './channel.ts';
import type { Context } from './context.ts';
import { decode, encode, type BroadcastFrames, type Frame, type Incoming, type Json, type Protocol } from './frames.ts';
import { monotonicMs } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { Claims } from './tokens.ts';

export interface ConnectionOptions {
	protocol: Protocol;
	/** Claims of the API key: who speaks on channels joined without a token. */
	claims: Claims;
	headers: Record<string, string>;
}

/** One socket: reads frames, keeps the order within each topic, holds the joined channels. */
export class Connection {
	readonly claims: Claims;
	readonly headers: Record<string, string>;
	readonly channels = new Map<string, Channel>();
	readonly #context: Context;
	readonly #socket: WebSocket;
	readonly #protocol: Protocol;
	/** The last task of each topic: a join awaits the database, and what follows it must wait too. */
	readonly #tasks = new Map<string, Promise<void>>();
	#lastFrame = monotonicMs();
	#emptySince = monotonicMs();
	#joining = 0;

	constructor(context: Context, socket: WebSocket, options: ConnectionOptions) {
		this.#context = context;
		this.#socket = socket;
		this.#protocol = options.protocol;
		this.claims = options.claims;
		this.headers = options.headers;
		socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
		socket.on('ping', () => (this.#lastFrame = monotonicMs()));
		// A frame that is too large or broken: ws closes the socket by itself with the fitting code.
		socket.on('error', (error) => context.log(`socket: ${error.message}`));
		socket.on('close', () => {
			for (const channel of [...this.channels.values()]) channel.leave();
		});
	}

	get closed(): boolean {
		return this.#socket.readyState !== this.#socket.OPEN;
	}

	send(joinRef: string | null, ref: string | null, topic: string, event: string, payload: Json): void {
		this.#write(encode(this.#protocol, joinRef, ref, topic, event, payload));
	}

	sendBroadcast(frames: BroadcastFrames): void {
		const frame = frames.for(this.#protocol);
		if (!frame) return this.#context.log('binary broadcast not delivered: the receiver speaks protocol 1.0.0');
		this.#context.counters.messages += 1;
		this.#write(frame);
	}

	/** Takes a channel that ended off this socket; one that was joined anew meanwhile stays. */
	forget(channel: Channel): void {
		if (this.channels.get(channel.topic) !== channel) return;
		this.channels.delete(channel.topic);
		if (this.channels.size === 0) this.#emptySince = monotonicMs();
	}

	/** Closes the socket when it has been silent or without a channel for too long. */
	closeIfIdle(now: number): void {
		const { idleMs, emptyMs } = this.#context.limits;
		if (now - this.#lastFrame > idleMs) this.#socket.terminate();
		else if (this.channels.size === 0 && now - this.#emptySince > emptyMs) this.#socket.close(1000, 'no channels');
	}

	/** Ends the socket; the client reconnects by itself. */
	close(): void {
		this.#socket.close(1001, 'server stops');
	}

	terminate(): void {
		this.#socket.terminate();
	}

	#write(frame: Frame): void {
		if (this.closed) return;
		if (this.#socket.bufferedAmount > this.#context.limits.bufferedBytes) {
			this.#context.log('socket dropped: its client reads too slowly');
			return this.#socket.terminate();
		}
		this.#socket.send(frame);
	}

	#receive(data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean): void {
		this.#lastFrame = monotonicMs();
		const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
		const push = decode(bytes, isBinary, this.#protocol);
		if (!push) return this.#context.log('malformed frame dropped');
		if (push.topic === 'phoenix' && push.event === 'heartbeat') return this.#reply(push, 'ok', {});
		const before = this.#tasks.get(push.topic);
		const task = (before ?? Promise.resolve())
			.then(() => (this.closed ? undefined : this.#handle(push)))
			.catch((error: unknown) => this.#context.log(`${push.topic}: ${push.event} failed: ${String(error)}`));
		this.#tasks.set(push.topic, task);
		void task.then(() => {
			if (this.#tasks.get(push.topic) === task) this.#tasks.delete(push.topic);
		});
	}

	async #handle(push: Incoming): Promise<void> {
		const channel = this.channels.get(push.topic);
		if (push.event === 'phx_join') return await this.#join(push, channel);
		if (!channel) {
			if (push.event === 'phx_leave') this.#reply(push, 'ok', {});
			else this.#reply(push, 'error', { reason: 'unmatched topic' });
			return;
		}
		// Sent before the channel was joined anew.
		if (push.joinRef !== null && push.joinRef !== channel.joinRef) return;
		if (push.event !== 'phx_leave') return await channel.handle(push);
		channel.reply(push.ref, 'ok', {});
		channel.close();
	}

	async #join(push: Incoming, previous: Channel | undefined): Promise<void> {
		previous?.close();
		const { limits, rates, connected } = this.#context;
		try {
			if (!push.topic.startsWith('realtime:')) return this.#reply(push, 'error', { reason: 'unmatched topic' });
			if (push.topic === 'realtime:') throw new Refusal('TopicNameRequired', 'You must provide a topic name');
			if (!rates.joins.take()) throw new Refusal('ClientJoinRateLimitReached', 'Too many joins per second');
			if (this.channels.size + this.#joining >= limits.channelsPerSocket) {
				throw new Refusal('ChannelRateLimitReached', 'Too many channels');
			}
			if (this.channels.size === 0 && connected() >= limits.connections) {
				throw new Refusal('ConnectionRateLimitReached', 'Too many connected users');
			}
			this.#joining += 1;
			const channel = await Channel.join(this.#context, this, push).finally(() => (this.#joining -= 1));
			if (!channel.closed) this.channels.set(push.topic, channel);
		} catch (error) {
			await this.#refuse(push, error);
		}
	}

	async #refuse(push: Incoming, error: unknown): Promise<void> {
		if (this.closed) return;
		const reason = error instanceof Refusal ? error.message : 'UnknownErrorOnChannel: The join failed; see the log';
		this.#context.log(`${push.topic}: join refused: ${error instanceof Refusal ? reason : String(error)}`);
		await new Promise((resolve) => setTimeout(resolve, this.#context.limits.errorDelayMs));
		this.#reply(push, 'error', { reason });
		if (error instanceof Refusal && error.code === 'ClientJoinRateLimitReached') this.#socket.close(1008, reason);
	}

	#reply(push: Incoming, status: 'ok' | 'error', response: Json): void {
		this.send(push.joinRef, push.ref, push.topic, 'phx_reply', { status, response });
	}
}
