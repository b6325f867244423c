import { isObject, type Json } from './frames.ts';
import { Refusal } from './refusal.ts';

/** What a client asks for when it joins a channel. */
export interface JoinConfig {
	private: boolean;
	ack: boolean;
	self: boolean;
	replicationReady: boolean;
	presenceEnabled: boolean;
	/** Empty: the server makes one. */
	presenceKey: string;
	replay: { sinceMs: number; limit: number } | null;
	/** Null: the API key speaks. */
	token: string | null;
}

/** Reads a join payload; booleans may come as strings. Errors: `Refusal` for what this server can't give. */
export function joinConfig(payload: Json, maxReplay: number): JoinConfig {
	const config = object(payload.config);
	const broadcast = object(config.broadcast);
	const presence = object(config.presence);
	const isPrivate = flag(config.private);
	if (Array.isArray(config.postgres_changes) && config.postgres_changes.length > 0) {
		throw new Refusal(
			'PostgresChangesNotSupported',
			'This Realtime server has no postgres_changes; send from a trigger with realtime.send() and listen to broadcasts'
		);
	}
	return {
		private: isPrivate,
		ack: flag(broadcast.ack),
		self: flag(broadcast.self),
		replicationReady: flag(broadcast.replication_ready),
		presenceEnabled: flag(presence.enabled),
		presenceKey: typeof presence.key === 'string' ? presence.key : '',
		replay: replay(broadcast.replay, isPrivate, maxReplay),
		token: joinToken(payload)
	};
}

/** The token of a join or `access_token` push; null when none is given or an API key stands in its place. */
export function joinToken(payload: Json): string | null {
	const token = payload.access_token ?? payload.user_token;
	return typeof token === 'string' && token !== '' && !token.startsWith('sb_') ? token : null;
}

function replay(value: unknown, isPrivate: boolean, maxReplay: number): JoinConfig['replay'] {
	if (!isObject(value)) return null;
	if (!isPrivate) throw new Refusal('UnableToReplayMessages', 'Replay is not allowed for public channels');
	const sinceMs = Number(value.since);
	const limit = Number(value.limit ?? maxReplay);
	if (!Number.isFinite(sinceMs) || !Number.isInteger(limit) || limit < 1) {
		throw new Refusal('UnableToReplayMessages', 'Replay params are not valid');
	}
	return { sinceMs, limit: Math.min(limit, maxReplay) };
}

function flag(value: unknown): boolean {
	return value === true || value === 'true';
}

function object(value: unknown): Json {
	return isObject(value) ? value : {};
}
