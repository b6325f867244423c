/**
 * Counts the requests of a server process and reports them each minute to `record_metrics`. The apps hold no secret key: they
 * report with METRICS_TOKEN, which opens that one function. Without it nothing is counted. What is reported are counts: no
 * address, no path, no person; who is online is counted by hashes that never leave this process.
 */
import { createHash, randomUUID } from 'node:crypto';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { Handle } from '@sveltejs/kit/hooks';
import { RequestCounts, sendReport } from '#shared/platform/request-counts.ts';
import type { Service } from './supabase.ts';

const flushMs = 60_000;

/** Memory used in percent: of the process's own limit where it has one (a container), else of the machine. */
export function memoryPercent(): number {
	const limit = process.constrainedMemory();
	const share = limit > 0 && limit < totalmem() ? process.memoryUsage.rss() / limit : 1 - freemem() / totalmem();
	return percent(share);
}

function cpuTimes(): { busy: number; all: number } {
	let busy = 0;
	let all = 0;
	for (const { times } of cpus()) {
		const total = times.user + times.nice + times.sys + times.idle + times.irq;
		all += total;
		busy += total - times.idle;
	}
	// Where the machine hides its processors, the process's own time stands for them.
	return all > 0
		? { busy, all }
		: { busy: process.cpuUsage().user / 1000, all: performance.now() * availableParallelism() };
}

function percent(share: number): number {
	return Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10;
}

/** The hook of an app: measures each request, and reports each minute while the process lives. */
export function createMetrics(
	service: Service,
	env: NodeJS.ProcessEnv = process.env,
	send: typeof fetch = fetch
): Handle {
	const { METRICS_TOKEN: token, SUPABASE_PUBLISHABLE_KEY: key } = env;
	const apiUrl = env.SUPABASE_INTERNAL_URL ?? env.SUPABASE_URL;
	if (!token || !apiUrl || !key) return ({ event, resolve }) => resolve(event);

	const counts = new RequestCounts();
	const me = randomUUID();
	const salt = randomUUID();
	let before = cpuTimes();

	async function flush(): Promise<void> {
		const now = cpuTimes();
		const cpu = now.all > before.all ? (now.busy - before.busy) / (now.all - before.all) : 0;
		before = now;
		await sendReport(
			{ apiUrl: apiUrl ?? '', key: key ?? '', token: token ?? '' },
			{
				service,
				process: me,
				...counts.take(Date.now()),
				memory_percent: memoryPercent(),
				cpu_percent: percent(cpu)
			},
			send
		);
	}
	setInterval(() => void flush(), flushMs).unref();
	setTimeout(() => void flush(), 5_000).unref();

	return async ({ event, resolve }) => {
		const started = performance.now();
		let status = 500;
		try {
			const response = await resolve(event);
			status = response.status;
			return response;
		} finally {
			const who = createHash('sha256')
				.update(`${salt}${addressOf(event)}${event.request.headers.get('user-agent') ?? ''}`)
				.digest('base64');
			counts.add(performance.now() - started, status, who, Date.now());
		}
	};
}

function addressOf(event: Parameters<Handle>[0]['event']): string {
	try {
		return event.request.headers.get('x-forwarded-for') ?? event.getClientAddress();
	} catch {
		return '';
	}
}
