import type { Database } from '../database.ts';
import type { Feed } from './feed.ts';
import type { Hub } from './hub.ts';
import type { Limits, Rate } from './limits.ts';
import type { Tokens } from './tokens.ts';

/** What every part of one Realtime server shares. */
export interface Context {
	db: Database;
	tokens: Tokens;
	hub: Hub;
	feed: Feed;
	limits: Limits;
	rates: { events: Rate; joins: Rate; presence: Rate };
	counters: { joins: number; messages: number };
	/** Sockets that have joined at least one channel. */
	connected(): number;
	/** Says for the developer what the client isn't told, for example why a broadcast was dropped. */
	log(line: string): void;
}

/** Policies see the `x-…` headers of the request, as PostgREST gives them all. */
export function customHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
	const custom: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		if (name.startsWith('x-') && typeof value === 'string') custom[name] = value;
	}
	return custom;
}
