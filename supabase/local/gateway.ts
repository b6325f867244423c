/** One address for all of Supabase's services: decides by path who answers. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Functions } from './functions/index.ts';
import { allowOrigin, answerPreflight, clientAddress, flatHeaders, sendJson, sendResponse, toRequest } from './http.ts';
import type { Lite } from './lite.ts';
import type { Mailbox } from './mailbox.ts';
import type { Realtime } from './realtime/index.ts';
import type { Simulators } from './simulators/index.ts';

export interface Services {
	lite?: Lite;
	realtime?: Realtime;
	functions?: Functions;
	mailbox?: Mailbox;
	simulators?: Simulators;
	/** Whether everything has started and the database answers. */
	isReady(): Promise<boolean>;
}

/** Not listening yet. Services may be added while it runs; until then their paths answer 503. */
export function createGateway(services: Services): Server {
	const server = createServer((req, res) => {
		serve(req, res, services).catch((error) => fail(res, error));
	});
	server.keepAliveTimeout = 75_000; // longer than any client keeps one, so that none writes into a closing connection
	server.on('upgrade', (req, socket, head) => {
		if (!services.realtime?.handleUpgrade(req, socket, head)) socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
	});
	return server;
}

async function serve(req: IncomingMessage, res: ServerResponse, services: Services): Promise<void> {
	const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
	const under = (prefix: string) => path === prefix || path.startsWith(`${prefix}/`);
	const requestId = /^[\w-]{8,64}$/.exec(String(req.headers['x-request-id'] ?? ''))?.[0] ?? randomUUID();
	req.headers['x-request-id'] = requestId;
	res.setHeader('x-request-id', requestId);

	if (path === '/health') return sendJson(res, 200, { status: 'ok' });
	if (path === '/ready') {
		const ready = await services.isReady();
		return sendJson(res, ready ? 200 : 503, { status: ready ? 'ready' : 'starting' });
	}
	if (under('/_mail')) return answeredBy(services.mailbox, req, res);
	if (under('/_simulators')) return answeredBy(services.simulators, req, res);

	allowOrigin(res);
	if (req.method === 'OPTIONS' && req.headers['access-control-request-method']) return answerPreflight(res);
	req.headers['x-forwarded-for'] = clientAddress(req);
	if (under('/realtime/v1')) return answeredBy(services.realtime, req, res);
	if (under('/functions/v1')) return answeredBy(services.functions, req, res);
	if (under('/rest/v1') || under('/auth/v1') || under('/storage/v1')) {
		return services.lite ? answerByLite(services.lite, path, req, res) : starting(res);
	}
	notFound(res);
}

type Answering = { handleRequest(req: IncomingMessage, res: ServerResponse): boolean | Promise<boolean> };

async function answeredBy(service: Answering | undefined, req: IncomingMessage, res: ServerResponse): Promise<void> {
	if (!service) return starting(res);
	if (!(await service.handleRequest(req, res))) notFound(res);
}

async function answerByLite(lite: Lite, path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
	const headers = flatHeaders(req);
	const url = `http://${headers.host ?? '127.0.0.1'}${req.url ?? '/'}`;
	const query = req.url?.split('?')[1] ?? '';
	const facts = { method: req.method ?? 'GET', path: path.replace(/^\/rest\/v1/, ''), query, headers };
	const files = { streamed: path.startsWith('/storage/') };
	const response = await lite.fetch(await toRequest(req, url, headers, files), facts, req.socket.remoteAddress ?? null);
	await sendResponse(response, res, files);
}

function starting(res: ServerResponse): void {
	res.setHeader('retry-after', '1');
	sendJson(res, 503, { code: 'TRY_AGAIN', message: 'This is still starting.', details: null, hint: 'Try again.' });
}

function notFound(res: ServerResponse): void {
	sendJson(res, 404, { code: 'NOT_FOUND', message: 'There is nothing at this address.', details: null, hint: null });
}

function fail(res: ServerResponse, error: unknown): void {
	if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE') return; // The client went away.
	console.error(`Request ${String(res.getHeader('x-request-id'))} failed:`, error);
	if (res.headersSent) return void res.destroy();
	sendJson(res, 500, { code: 'UNEXPECTED', message: 'Something went wrong.', details: null, hint: null });
}
