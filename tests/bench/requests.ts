import autocannon from 'autocannon';
import { bookingRequest, signIn, slots } from '../api.ts';
import type { StackStatus } from '../stack.ts';
import { percentile, type Figure } from './figures.ts';

interface Load {
	what: string;
	must: number;
	aim: number;
	request: autocannon.Request;
}

/** p95 in ms of the requests people wait for, with 20 clients, and whether 100 clients get any error. */
export async function requestFigures(stack: StackStatus, seconds = 8): Promise<Figure[]> {
	const manager = await signIn(stack, 'manager.fremont@demo.test');
	const key = { apikey: stack.PUBLISHABLE_KEY, 'content-type': 'application/json' };
	const loads: Load[] = [
		{ what: 'health', must: 50, aim: 15, request: { method: 'GET', path: '/health' } },
		{
			what: 'quote',
			must: 150,
			aim: 40,
			request: {
				method: 'POST',
				path: '/rest/v1/rpc/quote_event',
				headers: key,
				body: JSON.stringify({
					p_zip: '94538',
					p_adults: 12,
					p_children: 2,
					p_items: [{ code: 'upgrade_filet', quantity: 2 }]
				})
			}
		},
		{
			what: 'list of 20 of 100,000 bookings',
			must: 200,
			aim: 50,
			request: {
				method: 'GET',
				path: '/rest/v1/bookings?select=id,reference,status,event_at,total_cents&deleted_at=is.null&order=event_at.desc,id.desc&limit=20',
				headers: { ...key, authorization: `Bearer ${manager}` }
			}
		}
	];
	const figures: Figure[] = [];
	let errors = 0;
	for (const { what, must, aim, request } of loads) {
		const result = await cannon(stack, request, { connections: 20, seconds });
		errors += (await cannon(stack, request, { connections: 100, seconds })).failures;
		figures.push(p95Of(what, result, must, aim));
	}
	figures.splice(2, 0, await bookingWrites(stack, seconds));
	figures.push({ what: 'errors with 100 clients', measured: errors, unit: 'errors', must: 0, aim: 0 });
	return figures;
}

function p95Of(what: string, { p95, perSecond }: Measured, must: number, aim: number): Figure {
	return {
		what: `${what}, p95 with 20 clients`,
		measured: p95,
		unit: 'ms',
		must,
		aim,
		note: `${perSecond.toFixed(0)}/s`
	};
}

/** 20 clients that book, one time after the other, all over eight months. A time that was just taken is an answer, not a failure. */
async function bookingWrites(stack: StackStatus, seconds: number): Promise<Figure> {
	const months = await Promise.all([60, 121, 182, 243].map((day) => slots(stack, '94538', day, day + 60)));
	const free = months.flat().filter(({ capacity }) => capacity > 0);
	let asked = 0;
	const request: autocannon.Request = {
		method: 'POST',
		path: '/rest/v1/rpc/create_booking',
		headers: { apikey: stack.PUBLISHABLE_KEY, 'content-type': 'application/json' },
		setupRequest: (raw) => ({
			...raw,
			// 101 apart, so that two who ask at the same time want different days.
			body: JSON.stringify({
				p_request: bookingRequest({ starts_at: free[(asked++ * 101) % free.length]?.starts_at ?? '' })
			})
		})
	};
	const result = await cannon(stack, request, { connections: 20, seconds, answers: [200, 409] });
	if (result.failures > 0)
		throw new Error(`${result.failures} booking writes were answered by something else than success or a taken slot.`);
	return p95Of('booking write', result, 200, 60);
}

interface Measured {
	p95: number;
	perSecond: number;
	failures: number;
}

/** Asks for as long as it is told and 2 s before that, which count only for failures: connections, plans and compiled code are new then. */
async function cannon(
	stack: StackStatus,
	request: autocannon.Request,
	{ connections, seconds, answers = [200] }: { connections: number; seconds: number; answers?: number[] }
): Promise<Measured> {
	const warmSeconds = 2;
	const latencies: number[] = [];
	let failures = 0;
	const result = await new Promise<autocannon.Result>((resolve, reject) => {
		const begun = performance.now();
		const run = autocannon(
			{ url: stack.API_URL, connections, duration: warmSeconds + seconds, requests: [request], timeout: 30 },
			(error: Error | null, done) => (error ? reject(error) : resolve(done))
		);
		run.on('response', (_client, status, _bytes, time) => {
			if (performance.now() - begun > warmSeconds * 1000) latencies.push(time);
			if (!answers.includes(status)) failures += 1;
		});
	});
	return {
		p95: percentile(latencies, 95),
		perSecond: latencies.length / seconds,
		failures: failures + result.errors + result.timeouts
	};
}
