/** Wire frames of Realtime protocol 1.0.0 (JSON objects) and 2.0.0 (JSON arrays, binary user broadcasts). */

export type Protocol = '1.0.0' | '2.0.0';
export type Frame = string | Buffer;
export type Json = Record<string, unknown>;

/** A broadcast on its way to the receivers: its payload stays encoded, so that one message is serialised once. */
export interface Broadcast {
	event: string;
	/** JSON text, or bytes that only protocol 2.0.0 can carry. */
	payload: string | Uint8Array;
	meta?: Json;
	/** What a 1.0.0 client or the batch endpoint sent: handed on as it came, in a text frame. */
	envelope?: Json;
	/** Row id in realtime.messages of a database broadcast. */
	id?: string;
}

export interface Incoming {
	joinRef: string | null;
	ref: string | null;
	topic: string;
	event: string;
	payload: Json;
	/** Set for the event `broadcast`. */
	broadcast?: Broadcast;
}

const BINARY_PUSH = 3;
const BINARY_BROADCAST = 4;
const JSON_ENCODING = 1;
const MAX_FIELD_BYTES = 255;

/** Reads a client's frame; null for a malformed one, which the caller drops while the socket stays. */
export function decode(data: Buffer, isBinary: boolean, protocol: Protocol): Incoming | null {
	try {
		if (isBinary) return protocol === '2.0.0' ? decodeBinary(data) : null;
		const raw: unknown = JSON.parse(data.toString('utf8'));
		return protocol === '2.0.0' ? fromArray(raw) : fromObject(raw);
	} catch {
		return null;
	}
}

/** A frame that carries anything but a user broadcast. */
export function encode(
	protocol: Protocol,
	joinRef: string | null,
	ref: string | null,
	topic: string,
	event: string,
	payload: Json
): string {
	return protocol === '2.0.0'
		? JSON.stringify([joinRef, ref, topic, event, payload])
		: JSON.stringify({ topic, event, payload, ref });
}

/** Encodes one broadcast at most once for each protocol; null where that protocol cannot carry it. */
export class BroadcastFrames {
	readonly broadcast: Broadcast;
	readonly #topic: string;
	readonly #frames = new Map<Protocol, Frame | null>();

	constructor(topic: string, broadcast: Broadcast) {
		this.#topic = topic;
		this.broadcast = broadcast;
	}

	for(protocol: Protocol): Frame | null {
		let frame = this.#frames.get(protocol);
		if (frame === undefined) {
			frame = protocol === '2.0.0' ? this.#binary() : this.#text(protocol);
			this.#frames.set(protocol, frame);
		}
		return frame;
	}

	#text(protocol: Protocol): string | null {
		const { envelope, event, payload, meta } = this.broadcast;
		if (typeof payload !== 'string') return null;
		const body = envelope
			? JSON.stringify(envelope)
			: `{"type":"broadcast","event":${JSON.stringify(event)},"payload":${payload}${meta ? `,"meta":${JSON.stringify(meta)}` : ''}}`;
		return protocol === '2.0.0'
			? `[null,null,${JSON.stringify(this.#topic)},"broadcast",${body}]`
			: `{"topic":${JSON.stringify(this.#topic)},"event":"broadcast","payload":${body},"ref":null}`;
	}

	#binary(): Frame | null {
		const { envelope, event, payload, meta } = this.broadcast;
		if (envelope) return this.#text('2.0.0');
		const fields = [this.#topic, event, meta ? JSON.stringify(meta) : ''].map((field) => Buffer.from(field));
		// A field too long for its one-byte length travels as text where that is possible.
		if (fields.some((field) => field.length > MAX_FIELD_BYTES)) return this.#text('2.0.0');
		const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
		const encoding = typeof payload === 'string' ? JSON_ENCODING : 0;
		const lengths = fields.map((field) => field.length);
		return Buffer.concat([Buffer.from([BINARY_BROADCAST, ...lengths, encoding]), ...fields, body]);
	}
}

/** A broadcast from the envelope `{type, event, payload}`; null when it names no event. */
export function broadcastFromEnvelope(envelope: Json): Broadcast | null {
	if (typeof envelope.event !== 'string') return null;
	return { event: envelope.event, payload: JSON.stringify(envelope.payload ?? {}), envelope };
}

/** True for a JSON object (not an array, not null). */
export function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodeBinary(data: Buffer): Incoming | null {
	if (data.length < 7 || data[0] !== BINARY_PUSH) return null;
	let offset = 7;
	const fields: string[] = [];
	for (const length of data.subarray(1, 6)) {
		if (offset + length > data.length) return null;
		fields.push(data.toString('utf8', offset, offset + length));
		offset += length;
	}
	const [joinRef = '', ref = '', topic = '', event = '', metadata = ''] = fields;
	const body = data.subarray(offset);
	const payload = data[6] === JSON_ENCODING ? body.toString('utf8') : new Uint8Array(body);
	// Receivers parse it without a guard of their own, so what is not JSON stops here.
	if (typeof payload === 'string') JSON.parse(payload);
	const meta: unknown = metadata ? JSON.parse(metadata) : {};
	return {
		joinRef: joinRef || null,
		ref: ref || null,
		topic,
		event: 'broadcast',
		payload: isObject(meta) ? meta : {},
		broadcast: { event, payload }
	};
}

function fromArray(raw: unknown): Incoming | null {
	if (!Array.isArray(raw) || raw.length !== 5) return null;
	const [joinRef, ref, topic, event, payload] = raw as unknown[];
	return incoming(joinRef, ref, topic, event, payload);
}

function fromObject(raw: unknown): Incoming | null {
	return isObject(raw) ? incoming(raw.join_ref, raw.ref, raw.topic, raw.event, raw.payload) : null;
}

function incoming(joinRef: unknown, ref: unknown, topic: unknown, event: unknown, body: unknown): Incoming | null {
	if (typeof topic !== 'string' || typeof event !== 'string') return null;
	const payload = isObject(body) ? body : {};
	const base = { joinRef: reference(joinRef), ref: reference(ref), topic, event, payload };
	if (event !== 'broadcast') return base;
	const broadcast = broadcastFromEnvelope(payload);
	return broadcast ? { ...base, broadcast } : null;
}

function reference(value: unknown): string | null {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
