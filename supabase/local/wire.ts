/**
 * PostgreSQL's protocol in front of PGlite, on this machine only: psql, pg and the Supabase CLI reach the embedded
 * database by an ordinary URL. PGlite has one session, so a client holds its transaction lock from the first message of
 * a transaction to its end, and everyone else waits as they would for a row lock.
 * Not here: COPY, cancel requests, and settings or prepared statements of a session of one's own.
 */
import { createServer, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';

const sslRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;
const protocolVersion3 = 196608;

/** Frontend messages after which a client waits for an answer: query, sync, flush, function call. */
const endOfBatch = new Set(['Q', 'S', 'H', 'F']);

export interface WireServer {
	close(): Promise<void>;
}

/** @throws when the port is taken. */
export async function serveWire(pglite: PGlite, port: number): Promise<WireServer> {
	const { rows } = await pglite.query<{ server_version: string }>('show server_version');
	const version = rows[0]?.server_version ?? '17';
	const clients = new Set<Client>();
	const server = createServer((socket) => {
		const client = new Client(socket, pglite, version);
		clients.add(client);
		socket.once('close', () => clients.delete(client));
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	return {
		close: async () => {
			const closed = new Promise((resolve) => server.close(resolve));
			await Promise.all([...clients].map((client) => client.end()));
			await closed;
		}
	};
}

class Client {
	readonly #socket: Socket;
	readonly #pglite: PGlite;
	readonly #version: string;
	#received: Buffer = Buffer.alloc(0);
	#started = false;
	#batch: Buffer[] = [];
	/** Batches are answered in the order in which they came. */
	#work: Promise<void> = Promise.resolve();
	/** Gives the lock back; set while this client is inside a transaction. */
	#release: (() => void) | null = null;

	constructor(socket: Socket, pglite: PGlite, version: string) {
		this.#socket = socket;
		this.#pglite = pglite;
		this.#version = version;
		socket.setNoDelay(true);
		socket.on('data', (chunk) => this.#read(chunk));
		socket.on('error', () => socket.destroy());
		socket.once('close', () => this.#enqueue(() => this.#leave()));
	}

	/** Rolls back what is open and hangs up. */
	async end(): Promise<void> {
		this.#socket.destroy();
		await new Promise((resolve) => setImmediate(resolve));
		await this.#work;
	}

	#read(chunk: Buffer): void {
		this.#received = this.#received.length ? Buffer.concat([this.#received, chunk]) : chunk;
		for (;;) {
			const header = this.#started ? 1 : 0;
			if (this.#received.length < header + 4) return;
			const length = header + this.#received.readInt32BE(header);
			if (length < header + 4) return void this.#socket.destroy();
			if (this.#received.length < length) return;
			const message = this.#received.subarray(0, length);
			this.#received = this.#received.subarray(length);
			if (this.#started) this.#take(message);
			else this.#greet(message);
		}
	}

	#greet(message: Buffer): void {
		const code = message.readInt32BE(4);
		if (code === sslRequest || code === gssRequest) return void this.#socket.write('N');
		if (code === cancelRequest || code !== protocolVersion3) return void this.#socket.destroy();
		this.#started = true;
		const parameters = {
			server_version: this.#version,
			server_encoding: 'UTF8',
			client_encoding: 'UTF8',
			DateStyle: 'ISO, MDY',
			TimeZone: 'UTC',
			integer_datetimes: 'on',
			standard_conforming_strings: 'on'
		};
		this.#socket.write(
			Buffer.concat([
				frame('R', Buffer.from([0, 0, 0, 0])),
				...Object.entries(parameters).map(([name, value]) => frame('S', Buffer.from(`${name}\0${value}\0`))),
				frame('K', Buffer.alloc(8)),
				frame('Z', Buffer.from('I'))
			])
		);
	}

	#take(message: Buffer): void {
		const type = String.fromCharCode(message[0] ?? 0);
		if (type === 'X') return void this.#socket.end();
		this.#batch.push(message);
		if (!endOfBatch.has(type)) return;
		const batch = Buffer.concat(this.#batch);
		this.#batch = [];
		this.#enqueue(() => this.#answer(batch));
	}

	#enqueue(step: () => Promise<void>): void {
		this.#work = this.#work.then(step).catch((error: unknown) => {
			console.error('PGlite refused a message:', error);
			this.#socket.destroy();
		});
	}

	async #answer(batch: Buffer): Promise<void> {
		if (this.#socket.destroyed) return;
		await this.#lock();
		let open = false;
		try {
			const answer = await this.#execute(batch);
			open = transactionIsOpen(answer);
			this.#socket.write(answer);
		} finally {
			if (!open) this.#unlock();
		}
	}

	/** Not raw: PGlite then hands notifications to those in this process who listen. */
	async #execute(batch: Uint8Array): Promise<Uint8Array> {
		const run = () => this.#pglite.execProtocol(batch, { syncToFs: true, throwOnError: false });
		return (await this.#pglite._runExclusiveQuery(run)).data;
	}

	async #leave(): Promise<void> {
		const hadTransaction = this.#release !== null;
		await this.#lock();
		try {
			if (hadTransaction) await this.#execute(query('rollback'));
			await this.#execute(query(`reset session authorization; reset all; deallocate all; set timezone = 'UTC'`));
		} finally {
			this.#unlock();
		}
	}

	#lock(): Promise<void> {
		if (this.#release) return Promise.resolve();
		const locked = Promise.withResolvers<void>();
		this.#pglite
			._runExclusiveTransaction(
				() =>
					new Promise<void>((release) => {
						this.#release = release;
						locked.resolve();
					})
			)
			.catch(locked.reject);
		return locked.promise;
	}

	#unlock(): void {
		this.#release?.();
		this.#release = null;
	}
}

/** The status in the last ReadyForQuery; an answer to Flush has none and leaves the batch open. */
function transactionIsOpen(answer: Uint8Array): boolean {
	const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
	let status = 'T';
	for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
		if (bytes[at] === 0x5a) status = String.fromCharCode(bytes[at + 5] ?? 0);
	}
	return status !== 'I';
}

function frame(type: string, body: Buffer): Buffer {
	const head = Buffer.alloc(5);
	head.write(type);
	head.writeInt32BE(body.length + 4, 1);
	return Buffer.concat([head, body]);
}

function query(sql: string): Buffer {
	return frame('Q', Buffer.from(`${sql}\0`));
}
