import assert from 'node:assert/strict';
import { functionMetrics, type CountRequest } from './function-metrics.ts';
import { json, serve } from './http.ts';

/** Metrics whose minute ends when the test says so. */
function metrics(send: typeof fetch = () => Promise.resolve(new Response()), env: Record<string, string> = {}) {
	const sent: { url: string; headers: Headers; body: { p_token: string; p_report: Record<string, unknown> } }[] = [];
	const kept: Promise<unknown>[] = [];
	let minute: () => void = () => undefined;
	let end: () => void = () => undefined;
	const given: Record<string, string> = {
		METRICS_TOKEN: 'token',
		SUPABASE_URL: 'http://api.test',
		SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_x"}',
		...env
	};
	const count = functionMetrics({
		env: (name) => given[name],
		send: (input, init) => {
			const request = { url: String(input), headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)) };
			sent.push(request);
			return send(input, init);
		},
		now: () => 0,
		after: (_ms, call) => (minute = call),
		keep: (work) => kept.push(work),
		ending: (call) => (end = call),
		process: '0190a000-0000-7000-8000-000000000001'
	});
	return { count, sent, kept, minute: () => minute(), end: () => end() };
}

const answering = (count: CountRequest, status = 200) =>
	serve({ methods: ['GET', 'POST'], count, log: () => undefined }, () => {
		if (status === 500) throw new Error('inside');
		return json({}, status);
	});
const get = () => new Request('http://functions.test/x');

Deno.test('a minute of requests becomes one report, after the answers', async () => {
	const { count, sent, kept, minute } = metrics();
	for (const status of [200, 404, 500]) await answering(count, status)(get());
	await answering(count)(new Request('http://functions.test/x', { method: 'OPTIONS' }));
	assert.equal(sent.length, 0);
	assert.equal(kept.length, 1, 'the platform keeps the isolate for it, once');
	minute();
	await kept[0];
	assert.equal(sent.length, 1);
	assert.equal(sent[0]?.url, 'http://api.test/rest/v1/rpc/record_metrics');
	assert.equal(sent[0]?.headers.get('apikey'), 'sb_publishable_x');
	const { p_token, p_report } = sent[0]?.body ?? { p_token: '', p_report: {} };
	assert.equal(p_token, 'token');
	assert.equal(p_report.service, 'functions');
	assert.equal(
		(p_report.buckets as number[]).reduce((a, b) => a + b, 0),
		3,
		'a preflight is no request of anybody'
	);
	assert.equal(p_report.errors, 1);
	assert.equal(p_report.people, 0);
});

Deno.test('a quiet minute reports nothing, and the next request begins another', async () => {
	const { count, sent, kept, minute } = metrics();
	await answering(count)(get());
	minute();
	minute();
	assert.equal(sent.length, 1);
	await answering(count)(get());
	minute();
	await Promise.all(kept);
	assert.equal(sent.length, 2);
});

Deno.test('what was counted is told before the isolate ends, and not again by the clock', async () => {
	const { count, sent, kept, minute, end } = metrics();
	await answering(count)(get());
	end();
	minute();
	end();
	await Promise.all(kept);
	assert.equal(sent.length, 1);
});

Deno.test('an API that hangs or refuses the report delays and fails no request', async () => {
	const hanging = metrics(() => new Promise(() => undefined));
	await answering(hanging.count)(get());
	hanging.minute();
	assert.equal((await answering(hanging.count)(get())).status, 200);

	const refusing = metrics(() => Promise.reject(new Error('unreachable')));
	await answering(refusing.count)(get());
	refusing.minute();
	await Promise.all(refusing.kept);
	assert.equal((await answering(refusing.count)(get())).status, 200);
});

Deno.test('without METRICS_TOKEN nothing is counted', async () => {
	const { count, sent, kept, minute } = metrics(undefined, { METRICS_TOKEN: '' });
	await answering(count)(get());
	minute();
	assert.equal(sent.length + kept.length, 0);
});
