import { describe, expect, it } from 'vitest';
import { withFallback } from './read-replica.ts';

const replica = 'https://replica.test';
const primary = 'https://primary.test';

/** A fetch that notes where it went; the replica answers as told. */
function asking(answer: () => Response) {
	const asked: string[] = [];
	const send = withFallback(replica, primary, async (input) => {
		const { url, method } = new Request(input);
		asked.push(`${method} ${url}`);
		return url.startsWith(replica) ? answer() : new Response('primary');
	});
	return { asked, send };
}

describe('reading from a replica', () => {
	it('stays with the replica while it answers', async () => {
		const { asked, send } = asking(() => new Response('replica'));
		expect(await (await send(`${replica}/rest/v1/bookings`)).text()).toBe('replica');
		expect(asked).toEqual([`GET ${replica}/rest/v1/bookings`]);
	});
	it('falls back to the primary when the replica is down or fails', async () => {
		const fails = [() => new Response('no', { status: 503 }), () => Promise.reject(new TypeError('down')) as never];
		for (const fail of fails) {
			const { asked, send } = asking(fail);
			expect(await (await send(`${replica}/rest/v1/bookings?limit=1`)).text()).toBe('primary');
			expect(asked.at(-1)).toBe(`GET ${primary}/rest/v1/bookings?limit=1`);
		}
	});
	it('keeps an answer that refuses: the primary would refuse as well', async () => {
		const { send } = asking(() => new Response('no', { status: 403 }));
		expect((await send(`${replica}/rest/v1/bookings`)).status).toBe(403);
	});
	it('writes at the primary only', async () => {
		const { asked, send } = asking(() => new Response('replica'));
		await send(`${replica}/rest/v1/leads`, { method: 'POST', body: '{}' });
		expect(asked).toEqual([`POST ${primary}/rest/v1/leads`]);
	});
});
