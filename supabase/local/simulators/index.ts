/**
 * Providers that need an account, simulated: under `/_simulators` of the local API.
 *   POST /_simulators/meta/{phone number id}/messages   what the WhatsApp adapter calls
 *   GET  /_simulators/meta/sent                         what was sent, as JSON; DELETE forgets it
 *   PUT  /_simulators/meta/switches                     {"fail": true, "latencyMs": 500}
 *   /_simulators/stripe                                 see stripe/index.ts
 *   GET  /_simulators                                   the same to look at
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../http.ts';
import { MetaSimulator, type Switches } from './meta.ts';
import { simulatorsPage } from './page.ts';
import { readJson, readText } from './read.ts';
import { StripeSimulator, type StripeSimulatorOptions } from './stripe/index.ts';

export interface Simulators {
	/** Takes a request under `/_simulators`; false: not ours. */
	handleRequest(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
	meta: MetaSimulator;
	/** Null where no options were given for it. */
	stripe: StripeSimulator | null;
	close(): void;
}

export function createSimulators(options: { stripe?: StripeSimulatorOptions } = {}): Simulators {
	const meta = new MetaSimulator();
	const stripe = options.stripe ? new StripeSimulator(options.stripe) : null;
	return {
		meta,
		stripe,
		close: () => stripe?.close(),
		async handleRequest(req, res) {
			const path = (req.url ?? '').split('?', 1)[0]?.replace(/^\/_simulators/, '') ?? '';
			const method = req.method ?? 'GET';
			const phone = /^\/meta\/(\d+)\/messages$/.exec(path)?.[1];
			if (stripe && (path === '/stripe' || path.startsWith('/stripe/')))
				return stripe.handleRequest(path.slice('/stripe'.length), req, res);
			if (phone && method === 'POST') {
				const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1];
				const { status, body } = await meta.send(phone, token, await readJson(req));
				sendJson(res, status, body);
			} else if (path === '/meta/sent' && method === 'GET') sendJson(res, 200, meta.messages);
			else if (path === '/meta/sent' && method === 'DELETE') sendJson(res, 200, meta.messages.splice(0).length);
			else if (path === '/meta/switches' && method === 'GET') sendJson(res, 200, meta.switches);
			else if (path === '/meta/switches' && method === 'PUT')
				sendJson(res, 200, (meta.switches = switchesFrom(await readJson(req), meta.switches)));
			else if ((path === '' || path === '/') && (method === 'GET' || method === 'POST')) {
				if (method === 'POST') meta.switches = switchesFromForm(await readText(req));
				res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
				res.end(simulatorsPage(meta));
			} else return false;
			return true;
		}
	};
}

function switchesFrom(given: unknown, now: Switches): Switches {
	const { fail = now.fail, latencyMs = now.latencyMs } = (given ?? {}) as Partial<Switches>;
	return { fail: fail === true, latencyMs: bounded(Number(latencyMs)) };
}

function switchesFromForm(text: string): Switches {
	const form = new URLSearchParams(text);
	return { fail: form.get('fail') === 'on', latencyMs: bounded(Number(form.get('latencyMs'))) };
}

function bounded(ms: number): number {
	return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 60_000) : 0;
}
