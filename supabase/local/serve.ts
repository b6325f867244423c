/** One app's server, as a child of the stack: `node serve.ts start|dev app|admin <port>`. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [mode, name = 'app', port] = process.argv.slice(2);
const repoDir = join(import.meta.dirname, '../..');
const host = '127.0.0.1';

process.on('disconnect', () => process.exit()); // The stack is gone, even if it was killed.

if (mode === 'dev') {
	process.chdir(repoDir);
	const { createServer: createVite } = await import('vite');
	const vite = await createVite({
		configFile: join(repoDir, name, 'vite.config.ts'),
		root: join(repoDir, name),
		server: { port: Number(port), strictPort: true, host }
	});
	await vite.listen();
	process.on('SIGTERM', () => void vite.close().finally(() => process.exit()));
} else {
	// adapter-node takes https for granted unless a header says otherwise; here it is plain http.
	process.env.PROTOCOL_HEADER = 'x-forwarded-proto';
	// A photo of 5 MB and the form around it.
	process.env.BODY_SIZE_LIMIT ??= '6M';
	const { handler } = (await import(pathToFileURL(join(repoDir, 'build', name, 'handler.js')).href)) as {
		handler: (req: import('node:http').IncomingMessage, res: import('node:http').ServerResponse) => void;
	};
	const server = createServer((req, res) => {
		req.headers['x-forwarded-proto'] = 'http';
		// Files of static/ keep their names, so they may be kept for a week only; hashed ones say so themselves.
		if (/^\/(?!_app\/)[^?]*\.(svg|png|jpe?g|webp|ico)$/.test(req.url ?? '')) {
			res.setHeader('cache-control', 'public, max-age=604800');
		}
		handler(req, res);
	});
	await new Promise<void>((resolve) => server.listen(Number(port), host, resolve));
	process.on('SIGTERM', () => {
		server.close(() => process.exit());
		server.closeIdleConnections();
		setTimeout(() => process.exit(), 1_000).unref();
	});
}
process.send?.('ready');
process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole group; the stack ends us when it is done itself.
