import { isDeepStrictEqual } from 'node:util';
import type { Json } from './frames.ts';

export type Metas = Record<string, { metas: Json[] }>;
export interface Diff extends Json {
	joins: Metas;
	leaves: Metas;
}

/**
 * Who is on one channel. A key may be there from several sockets: one meta each. Members are identified by object.
 * Every change gives the diff to send to all who see presence, or null when nothing changed.
 */
export class Presence<Member extends object> {
	readonly #tracked = new Map<Member, { key: string; payload: Json; meta: Json }>();
	#refs = 0;

	get size(): number {
		return this.#tracked.size;
	}

	/** The `presence_state` that a new member gets. */
	state(): Metas {
		const state: Metas = {};
		for (const { key, meta } of this.#tracked.values()) (state[key] ??= { metas: [] }).metas.push(meta);
		return state;
	}

	/** Sets what a member shows; showing the same again changes nothing. */
	track(member: Member, key: string, payload: Json): Diff | null {
		const before = this.#tracked.get(member);
		if (before && isDeepStrictEqual(before.payload, payload)) return null;
		this.#refs += 1;
		const previous = before ? { phx_ref_prev: before.meta.phx_ref } : {};
		const meta = { ...payload, phx_ref: `R${this.#refs}`, ...previous };
		this.#tracked.set(member, { key, payload, meta });
		return { joins: { [key]: { metas: [meta] } }, leaves: before ? { [key]: { metas: [before.meta] } } : {} };
	}

	/** Takes a member away: untracked, left, or its socket is gone. */
	untrack(member: Member): Diff | null {
		const before = this.#tracked.get(member);
		if (!before) return null;
		this.#tracked.delete(member);
		return { joins: {}, leaves: { [before.key]: { metas: [before.meta] } } };
	}
}
