/** Reads bodies of requests to the simulators. */
import type { IncomingMessage } from 'node:http';

const maxBytes = 64 * 1024;

/** The body as JSON; null when it is none. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
	try {
		return JSON.parse(await readText(req)) as unknown;
	} catch {
		return null;
	}
}

/** The body as text, cut off where it is larger than any that we send. */
export async function readText(req: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of req as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > maxBytes) break;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}
