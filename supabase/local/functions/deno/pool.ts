/** One worker per function: booted by its first request, ended by a crash or a change, booted afresh by the next request. */
import type { FunctionEntry } from './registry.ts';

interface Running {
	worker: Worker;
	/** Resolves to the port it listens on; rejects with BootError. */
	port: Promise<number>;
	inFlight: number;
	/** Out of the pool: ended as soon as nothing waits for it any more. */
	retired: boolean;
}

type Message = { port: number } | { loaded: true } | { failed: string };

/** The function's module threw, or did not call Deno.serve. The message says what and where. */
export class BootError extends Error {
	override name = 'BootError';
}

const bootMs = 10_000;
/** How long requests under way may still take after their function changed. */
const graceMs = 10_000;

export class WorkerPool {
	#workers = new Map<string, Running>();
	#log: (line: string) => void;

	constructor(log: (line: string) => void) {
		this.#log = log;
	}

	/** Calls `send` with the function's port. Rejects with BootError, or as `send` does. */
	async use<T>(entry: FunctionEntry, send: (port: number) => Promise<T>, done: Promise<unknown>): Promise<T> {
		const running = this.#workers.get(entry.name) ?? this.#boot(entry);
		running.inFlight++;
		void done.finally(() => {
			running.inFlight--;
			if (running.retired && running.inFlight === 0) running.worker.terminate();
		});
		return await send(await running.port);
	}

	/** Every function starts anew with its next request; requests under way end first. */
	retireAll(): void {
		for (const name of [...this.#workers.keys()]) this.#retire(name);
	}

	get size(): number {
		return this.#workers.size;
	}

	#boot({ name, entrypoint }: FunctionEntry): Running {
		const worker = new Worker(new URL('./worker.ts', import.meta.url).href, { type: 'module', name });
		const started = performance.now();
		const port = new Promise<number>((resolve, reject) => {
			const fail = (reason: string) => {
				clearTimeout(timer);
				this.#drop(name, worker);
				reject(new BootError(reason));
			};
			const timer = setTimeout(() => fail(`It did not call Deno.serve within ${bootMs / 1000} s.`), bootMs);
			worker.onmessage = ({ data }: MessageEvent<Message>) => {
				if ('failed' in data) return fail(data.failed);
				if (!('port' in data)) return;
				clearTimeout(timer);
				this.#log(`functions: ${name} started in ${Math.round(performance.now() - started)} ms`);
				resolve(data.port);
			};
			worker.onerror = (event) => {
				event.preventDefault(); // Or the whole gateway would fall with it.
				this.#log(`functions: ${name} died: ${event.message}`);
				fail(event.message);
			};
		});
		port.catch(() => {}); // Each request awaits it for itself.
		const running: Running = { worker, port, inFlight: 0, retired: false };
		this.#workers.set(name, running);
		worker.postMessage({ entrypoint });
		return running;
	}

	#drop(name: string, worker: Worker): void {
		if (this.#workers.get(name)?.worker === worker) this.#workers.delete(name);
		worker.terminate();
	}

	#retire(name: string): void {
		const running = this.#workers.get(name);
		if (!running) return;
		this.#workers.delete(name);
		running.retired = true;
		if (running.inFlight === 0) running.worker.terminate();
		else setTimeout(() => running.worker.terminate(), graceMs);
	}
}
