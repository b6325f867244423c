/// <reference lib="deno.worker" />
/** Runs one function: takes over Deno.serve, so that the function listens on a free port, and says which one. */
type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

const serve = Deno.serve;

self.onmessage = async ({ data }: MessageEvent<{ entrypoint: string }>) => {
	Deno.serve = ((...args: unknown[]) => {
		const handler = args.find((arg): arg is Handler => typeof arg === 'function') ?? handlerOf(args[0]);
		const server = serve(
			{ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => self.postMessage({ port }) },
			handler
		);
		return server;
	}) as typeof Deno.serve;
	// As on hosted: work that goes on after the answer. A worker lives on here, so waiting is all there is to do.
	Object.assign(globalThis, { EdgeRuntime: { waitUntil: (work: Promise<unknown>) => work } });

	try {
		const module = await import(data.entrypoint);
		const fetch = module.default?.fetch;
		if (typeof fetch === 'function') Deno.serve((request) => fetch.call(module.default, request));
		self.postMessage({ loaded: true });
	} catch (error) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		self.postMessage({ failed: text });
	}
};

function handlerOf(options: unknown): Handler {
	return (options as { handler: Handler }).handler;
}
