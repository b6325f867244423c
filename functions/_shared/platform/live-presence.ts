import type { RealtimeChannel } from '@supabase/realtime-js';
import type { PresenceMember } from './live.ts';

/** The service closes a channel after 5 calls in 30 s; one call is kept in reserve. */
const callsInWindow = 4;
const windowMs = 30_000;

type Listener = (members: PresenceMember<object>[]) => void;

/** Presence of one topic: what this screen shows, sent again after each join and never too often. */
export class LivePresence {
	readonly #listeners = new Set<Listener>();
	#channel: RealtimeChannel | undefined;
	#key = '';
	#state: object | null = null;
	#isShown = false;
	#isJoined = false;
	#calls: number[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** Starts for a key; true when the channel must be joined anew for it. Errors: throws for a second key. */
	enter(key: string, listener: Listener): boolean {
		if (this.#key && this.#key !== key) throw new Error('A topic shows one person from one screen.');
		const isNew = this.#key === '';
		this.#key = key;
		this.#listeners.add(listener);
		if (this.#isJoined && this.#channel) this.#tell(this.#channel);
		return isNew;
	}

	/** Ends for one listener; the last one takes the person off the topic. */
	exit(listener: Listener): void {
		this.#listeners.delete(listener);
		if (this.#listeners.size === 0) this.show(null);
	}

	config(): { key: string; enabled: boolean } {
		return { key: this.#key, enabled: this.#key !== '' };
	}

	attach(channel: RealtimeChannel): void {
		if (!this.#key) return;
		this.#channel = channel;
		channel.on('presence', { event: 'sync' }, () => this.#tell(channel));
	}

	detach(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#channel = undefined;
		this.#isJoined = false;
		this.#isShown = false;
	}

	/** A new join: the server knows nothing of this screen yet, and counts its calls anew. */
	joined(): void {
		this.#isJoined = true;
		this.#isShown = false;
		this.#calls = [];
		if (this.#state) this.#send();
	}

	show(state: object | null): void {
		this.#state = state;
		if (this.#isJoined) this.#send();
	}

	#send(): void {
		if (!this.#channel || this.#timer) return;
		const now = Date.now();
		this.#calls = this.#calls.filter((at) => at > now - windowMs);
		const oldest = this.#calls[0];
		if (this.#calls.length >= callsInWindow && oldest !== undefined) {
			this.#timer = setTimeout(
				() => {
					this.#timer = undefined;
					this.#send();
				},
				oldest + windowMs - now
			);
			return;
		}
		if (!this.#state && !this.#isShown) return;
		this.#calls.push(now);
		this.#isShown = this.#state !== null;
		// A lost answer needs nothing: the state is sent again after the rejoin.
		const sent = this.#state ? this.#channel.track({ ...this.#state }) : this.#channel.untrack();
		sent.catch(() => undefined);
	}

	#tell(channel: RealtimeChannel): void {
		const members = Object.entries(channel.presenceState()).flatMap(([key, screens]) => {
			const newest = screens.at(-1);
			if (!newest) return [];
			const { presence_ref: _, ...state } = newest;
			return [{ key, state }];
		});
		for (const listener of this.#listeners) listener(members);
	}
}
