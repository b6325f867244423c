import { json, serve } from '../_shared/platform/http.ts';

export interface HealthOptions {
	url: string;
	publishableKey: string;
	fetch: (url: string, init: RequestInit) => Promise<Response>;
	/** Milliseconds of a clock that only moves forward. */
	now: () => number;
	timeoutMs?: number;
}

export interface HealthReport {
	status: 'ok' | 'down';
	checks: { name: string; status: 'ok' | 'down'; ms: number }[];
}

/** Answers 200 when the database can be read through the API as a visitor reads it, else 503. Tells times, never why. */
export function health(options: HealthOptions): (request: Request) => Promise<Response> {
	return serve({ methods: ['GET'], maxBytes: 0 }, async (_request, { requestId }) => {
		const database = await timed('database', options.now, () => readAsVisitor(options, requestId));
		const report: HealthReport = { status: database.status, checks: [database] };
		return json(report, report.status === 'ok' ? 200 : 503);
	});
}

async function readAsVisitor(options: HealthOptions, requestId: string): Promise<boolean> {
	const response = await options.fetch(`${options.url}/rest/v1/feature_flags?select=key&limit=1`, {
		headers: { apikey: options.publishableKey, 'x-request-id': requestId },
		signal: AbortSignal.timeout(options.timeoutMs ?? 3000)
	});
	await response.body?.cancel();
	return response.ok;
}

async function timed(
	name: string,
	now: () => number,
	check: () => Promise<boolean>
): Promise<HealthReport['checks'][number]> {
	const started = now();
	const well = await check().catch(() => false);
	return { name, status: well ? 'ok' : 'down', ms: Math.round((now() - started) * 10) / 10 };
}
