/**
 * Counts the requests of one isolate of an edge function and reports them a minute after the first that was not told yet, so
 * that a quiet function reports nothing. Off without METRICS_TOKEN. Nothing here delays a request or fails it: the report goes
 * out after the answer, kept alive by `EdgeRuntime.waitUntil` where the platform has it, and early when the isolate is ended.
 * People are not counted: who calls a function is on a page of the apps, which count them.
 */
import { RequestCounts, sendReport, type Report } from './request-counts.ts';

export interface FunctionMetricsOptions {
	env: (name: string) => string | undefined;
	send: typeof fetch;
	/** Milliseconds since 1970. */
	now: () => number;
	/** Calls back once after so many ms, or when `ending` does so first. */
	after: (ms: number, call: () => void) => void;
	/** Lets work outlive the answer. */
	keep: (work: Promise<unknown>) => void;
	/** Calls back when the isolate is about to end. */
	ending: (call: () => void) => void;
	process: string;
}

/** Takes one answered request: ms to its answer's head, and its status. */
export type CountRequest = (ms: number, status: number) => void;

const flushMs = 60_000;

export function functionMetrics(options: FunctionMetricsOptions): CountRequest {
	const { env, send, now, after, keep, ending } = options;
	const token = env('METRICS_TOKEN');
	const apiUrl = env('SUPABASE_URL');
	const key = env('SUPABASE_PUBLISHABLE_KEY') ?? defaultKey(env('SUPABASE_PUBLISHABLE_KEYS'));
	if (!token || !apiUrl || !key) return () => undefined;

	const counts = new RequestCounts();
	let flush: (() => void) | null = null;

	function begin(): void {
		const told = Promise.withResolvers<void>();
		flush = () => {
			flush = null;
			const taken = counts.take(now());
			const report: Report = {
				service: 'functions',
				process: options.process,
				...taken,
				memory_percent: null,
				cpu_percent: null
			};
			void sendReport({ apiUrl: apiUrl ?? '', key: key ?? '', token: token ?? '' }, report, send).finally(told.resolve);
		};
		const mine = flush;
		after(flushMs, () => flush === mine && mine());
		keep(told.promise);
	}
	ending(() => flush?.());

	return (ms, status) => {
		counts.add(ms, status, null, now());
		if (!flush) begin();
	};
}

interface Runtime {
	Deno?: { env: { get(name: string): string | undefined }; unrefTimer?(id: number): void };
	EdgeRuntime?: { waitUntil(work: Promise<unknown>): void };
	addEventListener?: (event: string, call: () => void) => void;
}

let ofThisIsolate: CountRequest | undefined;

/** Counts for this isolate; what went wrong with counting is nobody's trouble. */
export const countRequest: CountRequest = (ms, status) => {
	try {
		ofThisIsolate ??= functionMetrics(surroundings(globalThis as Runtime));
		ofThisIsolate(ms, status);
	} catch {
		ofThisIsolate = () => undefined;
	}
};

function surroundings({ Deno: deno, EdgeRuntime: edge, addEventListener: listen }: Runtime): FunctionMetricsOptions {
	return {
		env: (name) => deno?.env.get(name),
		send: fetch,
		now: Date.now,
		after: (ms, call) => {
			const timer = setTimeout(call, ms);
			// A process that has nothing else to do may end.
			if (typeof timer === 'number') deno?.unrefTimer?.(timer);
		},
		keep: (work) => edge?.waitUntil(work),
		ending: (call) => listen?.call(globalThis, 'beforeunload', call),
		process: crypto.randomUUID()
	};
}

/** Hosted functions get their keys as JSON by name. */
function defaultKey(keys: string | undefined): string | undefined {
	if (!keys) return undefined;
	const parsed = JSON.parse(keys) as Record<string, string>;
	return parsed.default;
}
