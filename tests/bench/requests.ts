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
		const result = await cannon(stack, request, 20, seconds);
		errors += (await cannon(stack, request, 100, seconds)).failures;
		figures.push({
			what: `${what}, p95 with 20 clients`,
			measured: result.p95,
			unit: 'ms',
			must,
			aim,
			note: `${result.perSecond.toFixed(0)}/s`
		});
	}
	figures.splice(2, 0, await bookingWrites(stack));
	figures.push({ what: 'errors with 100 clients', measured: errors, unit: 'errors', must: 0, aim: 0 });
	return figures;
}

async function cannon(
	stack: StackStatus,
	request: autocannon.Request,
	connections: number,
	duration: number
): Promise<{ p95: number; perSecond: number; failures: number }> {
	const latencies: number[] = [];
	let failures = 0;
	const result = await new Promise<autocannon.Result>((resolve, reject) => {
		const run = autocannon(
			{ url: stack.API_URL, connections, duration, requests: [request], timeout: 30 },
			(error: Error | null, done) => (error ? reject(error) : resolve(done))
		);
		run.on('response', (_client, status, _bytes, time) => {
			latencies.push(time);
			if (status >= 400) failures += 1;
		});
	});
	return {
		p95: percentile(latencies, 95),
		perSecond: result.requests.average,
		failures: failures + result.errors + result.timeouts
	};
}

/**
 * 20 clients that each book free slots, one after the other; a refusal for a taken slot is an answer, not a failure. The first
 * ones of each client are not counted: they are the first that the database's connections ever see.
 */
async function bookingWrites(stack: StackStatus, perClient = 10, uncounted = 3): Promise<Figure> {
	const free = (await slots(stack, '94538', 60, 120)).filter(({ capacity }) => capacity > 0);
	const times: number[] = [];
	let other = 0;
	await Promise.all(
		Array.from({ length: 20 }, async (_, client) => {
			for (let index = 0; index < uncounted + perClient; index += 1) {
				const slot = free[(client * (uncounted + perClient) + index) % free.length];
				const begun = performance.now();
				const answer = await fetch(`${stack.API_URL}/rest/v1/rpc/create_booking`, {
					method: 'POST',
					headers: { apikey: stack.PUBLISHABLE_KEY, 'content-type': 'application/json' },
					body: JSON.stringify({ p_request: bookingRequest({ starts_at: slot?.starts_at ?? '' }) })
				});
				await answer.arrayBuffer();
				if (index >= uncounted) times.push(performance.now() - begun);
				if (answer.status !== 200 && answer.status !== 409) other += 1;
			}
		})
	);
	if (other > 0)
		throw new Error(
			`${other} of ${times.length} booking writes were answered by something else than success or a taken slot.`
		);
	return {
		what: 'booking write, p95 with 20 clients',
		measured: percentile(times, 95),
		unit: 'ms',
		must: 200,
		aim: 60
	};
}
