/** The local stack in this process: database, REST, auth, realtime, functions, mailbox, cron and jobs on one server. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { ensureZipCodes } from '../../seed/zip-codes.ts';
import type { LocalConfig } from './config.ts';
import { openDatabase, type LocalDatabase } from './database.ts';
import { createDemoUsers } from './demo.ts';
import {
	allowOrigin,
	answerPreflight,
	clientAddress,
	flatHeaders,
	sendJson,
	sendResponse,
	toRequest
} from './http.ts';
import { startLite, type Lite } from './lite.ts';
import { migrate, seed } from './migrate.ts';
import { preparePlatform } from './platform.ts';
import { writeSettings } from './settings.ts';

export interface Stack {
	db: LocalDatabase;
	/** What was done to the database at this start. */
	applied: { migrations: string[]; seeds: string[] };
	stop(): Promise<void>;
}

type Handler = (req: IncomingMessage, res: ServerResponse) => boolean | void | Promise<boolean | void>;

interface Services {
	lite?: Lite;
	realtime?: { handleRequest: Handler; handleUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void };
	functions?: { handleRequest: Handler };
	mailbox?: { handleRequest: Handler };
}

/**
 * Starts everything but the two apps; resolves when the API answers.
 * @throws SetupError for what the person can mend, MigrationError for SQL that fails; what had started is stopped again.
 */
export async function startStack(config: LocalConfig): Promise<Stack> {
	const undo: (() => unknown)[] = [];
	const stop = async () => {
		for (const step of undo.splice(0).reverse()) await step();
	};
	try {
		const services: Services = {};
		let ready = false;
		const db = await openDatabase(config);
		undo.push(() => db.close());
		const applied = await prepareDatabase(db, config);

		const server = createServer((req, res) => {
			serve(req, res, services, () => ready && isAnswering(db)).catch((error) => fail(res, error));
		});
		server.on('upgrade', (req, socket, head) => {
			if (req.url?.startsWith('/realtime/v1') && services.realtime) services.realtime.handleUpgrade(req, socket, head);
			else socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
		});
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(config.ports.api, '127.0.0.1', resolve);
		});
		undo.push(() => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(resolve));
		});

		const keep = <T extends { close(): unknown }>(service: T | undefined): T | undefined => {
			if (service) undo.push(() => service.close());
			return service;
		};
		services.mailbox = keep(await optional('./mailbox.ts', 'startMailbox', { smtpPort: config.ports.smtp, dataDir: config.dataDir }));
		services.lite = keep(await startLite(config, db));
		services.realtime = keep(
			await optional('./realtime/index.ts', 'createRealtime', {
				db,
				jwtSecret: config.keys.jwtSecret,
				publishableKey: config.keys.publishable,
				secretKey: config.keys.secret
			})
		);
		ready = true;
		undo.push(() => (ready = false));
		return { db, applied, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Brings the database up to date: platform, migrations, demo people, seeds, settings of the environment. */
export async function prepareDatabase(db: LocalDatabase, config: LocalConfig): Promise<Stack['applied']> {
	await preparePlatform(db);
	const migrations = await migrate(db, config.migrationsDir);
	await createDemoUsers(db, config.accounts);
	await writeSettings(db, config);
	await ensureZipCodes(db);
	const seeds = await seed(db, config.seedDir);
	return { migrations, seeds };
}

async function serve(
	req: IncomingMessage,
	res: ServerResponse,
	services: Services,
	isReady: () => boolean | Promise<boolean>
): Promise<void> {
	const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
	const under = (prefix: string) => path === prefix || path.startsWith(`${prefix}/`);
	const requestId = /^[\w-]{8,64}$/.exec(String(req.headers['x-request-id'] ?? ''))?.[0] ?? randomUUID();
	req.headers['x-request-id'] = requestId;
	res.setHeader('x-request-id', requestId);

	if (path === '/health') return sendJson(res, 200, { status: 'ok' });
	if (path === '/ready') {
		const ready = await isReady();
		return sendJson(res, ready ? 200 : 503, { status: ready ? 'ready' : 'starting' });
	}
	if (under('/_mail') && services.mailbox) return void (await services.mailbox.handleRequest(req, res));

	allowOrigin(res);
	if (req.method === 'OPTIONS' && req.headers['access-control-request-method']) return answerPreflight(res);
	req.headers['x-forwarded-for'] = clientAddress(req);
	if (under('/realtime/v1') && services.realtime) return void (await services.realtime.handleRequest(req, res));
	if (under('/functions/v1') && services.functions) return void (await services.functions.handleRequest(req, res));
	if ((under('/rest/v1') || under('/auth/v1') || under('/storage/v1')) && services.lite) {
		const headers = flatHeaders(req);
		const url = `http://${req.headers.host ?? '127.0.0.1'}${req.url ?? '/'}`;
		const facts = { method: req.method ?? 'GET', path: path.replace(/^\/rest\/v1/, ''), headers };
		const response = await services.lite.fetch(toRequest(req, url, headers), facts, req.socket.remoteAddress ?? null);
		return sendResponse(response, res);
	}
	sendJson(res, 404, { code: 'NOT_FOUND', message: 'There is nothing at this address.', details: null, hint: null });
}

function fail(res: ServerResponse, error: unknown): void {
	if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE') return; // The client went away.
	console.error('Request failed:', error);
	if (res.headersSent) return void res.destroy();
	sendJson(res, 500, { code: 'UNEXPECTED', message: 'Something went wrong.', details: null, hint: null });
}

async function isAnswering(db: LocalDatabase): Promise<boolean> {
	return db.query('select 1').then(
		() => true,
		() => false
	);
}

/** A service whose file is not there yet is left out. */
async function optional<T>(file: string, name: string, options: unknown): Promise<T | undefined> {
	if (!existsSync(join(import.meta.dirname, file))) return undefined;
	const module = (await import(file)) as Record<string, (options: unknown) => T | Promise<T>>;
	return module[name]?.(options);
}
