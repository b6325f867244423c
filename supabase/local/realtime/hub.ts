import { BroadcastFrames, type Broadcast, type Json } from './frames.ts';
import { Presence } from './presence.ts';

/** What the hub needs to know of a joined channel. */
export interface Member {
	readonly seesBroadcasts: boolean;
	readonly seesPresence: boolean;
	readonly wantsOwn: boolean;
	deliver(frames: BroadcastFrames): void;
	send(ref: string | null, event: string, payload: Json): void;
	/** A frame that belongs to the topic rather than to this join. */
	announce(event: string, payload: Json): void;
}

interface Room {
	members: Set<Member>;
	presence: Presence<Member>;
}

/**
 * Knows who is on which channel and fans messages out. A public and a private channel of one name are two rooms:
 * nothing sent to the one reaches the other.
 */
export class Hub {
	readonly #rooms = new Map<string, Room>();

	enter(topic: string, isPrivate: boolean, member: Member): void {
		this.#room(topic, isPrivate).members.add(member);
	}

	/** Takes a member out of the room and tells those who see presence. */
	leave(topic: string, isPrivate: boolean, member: Member): void {
		const key = roomKey(topic, isPrivate);
		const room = this.#rooms.get(key);
		if (!room) return;
		room.members.delete(member);
		this.untrack(topic, isPrivate, member);
		if (room.members.size === 0 && room.presence.size === 0) this.#rooms.delete(key);
	}

	/** Hands a message to every member that may read it; `sender` gets its own only if it asked for that. */
	broadcast(topic: string, isPrivate: boolean, broadcast: Broadcast, sender?: Member): void {
		const room = this.#rooms.get(roomKey(topic, isPrivate));
		if (!room) return;
		const frames = new BroadcastFrames(`realtime:${topic}`, broadcast);
		for (const member of room.members) {
			if (member.seesBroadcasts && (member !== sender || member.wantsOwn)) member.deliver(frames);
		}
	}

	presenceState(topic: string, isPrivate: boolean): Json {
		return this.#rooms.get(roomKey(topic, isPrivate))?.presence.state() ?? {};
	}

	track(topic: string, isPrivate: boolean, member: Member, key: string, payload: Json): void {
		const room = this.#room(topic, isPrivate);
		announce(room, room.presence.track(member, key, payload));
	}

	untrack(topic: string, isPrivate: boolean, member: Member): void {
		const room = this.#rooms.get(roomKey(topic, isPrivate));
		if (room) announce(room, room.presence.untrack(member));
	}

	#room(topic: string, isPrivate: boolean): Room {
		const key = roomKey(topic, isPrivate);
		let room = this.#rooms.get(key);
		if (!room) {
			room = { members: new Set(), presence: new Presence() };
			this.#rooms.set(key, room);
		}
		return room;
	}
}

function announce(room: Room, diff: Json | null): void {
	if (!diff) return;
	for (const member of room.members) if (member.seesPresence) member.announce('presence_diff', diff);
}

function roomKey(topic: string, isPrivate: boolean): string {
	return `${isPrivate ? 'private' : 'public'}:${topic}`;
}
