import type { Sql } from 'postgres';
import { describe, expect, it } from 'vitest';
import { prepareStatements } from './prepared-statements.ts';

/** A driver that keeps what it is sent and answers when it is told to. */
async function connection() {
	const sent: { text: string; prepare: boolean; answer: PromiseWithResolvers<unknown> }[] = [];
	const driver = {
		reserve: async () => ({
			unsafe(text: string, _parameters: unknown[], { prepare }: { prepare: boolean }) {
				const answer = Promise.withResolvers<unknown>();
				const execute = () => {
					sent.push({ text, prepare, answer });
					return Object.assign(answer.promise, { execute: () => answer.promise });
				};
				let begun: Promise<unknown> | undefined;
				const once = () => (begun ??= execute());
				return { execute: once, then: (...args: Parameters<Promise<unknown>['then']>) => once().then(...args) };
			}
		})
	};
	prepareStatements(driver as unknown as Sql);
	const { unsafe } = await (driver as unknown as Sql).reserve();
	return { sent, ask: async (text: string, parameters?: string[]) => unsafe(text, parameters) };
}

const call = 'select * from public.book(p := $1::jsonb) as "book" limit $2';
const head = `SELECT current_setting('response.status', true) AS status, current_setting('response.headers', true) AS headers`;

describe('the driver of the REST server', () => {
	it('sends begin along with what follows it, and fails that with it', async () => {
		const { sent, ask } = await connection();
		await ask('begin');
		const context = ask('select set_config($1, $2, true)', ['a', 'b']);
		await Promise.resolve();
		expect(sent.map(({ text }) => text)).toEqual(['begin', 'select set_config($1, $2, true)']);
		expect(sent.map(({ prepare }) => prepare)).toEqual([false, true]);
		sent[0]?.answer.reject(new Error('no'));
		sent[1]?.answer.resolve(['set']);
		await expect(context).rejects.toThrow('no');
	});

	it('asks for the status that a function sets along with its call', async () => {
		const { sent, ask } = await connection();
		const called = ask(call, ['{}', '1']);
		await Promise.resolve();
		expect(sent).toHaveLength(2);
		sent[0]?.answer.resolve(['booked']);
		sent[1]?.answer.resolve([{ status: '409' }]);
		expect(await called).toEqual(['booked']);
		expect(await ask(head)).toEqual([{ status: '409' }]);
		expect(sent).toHaveLength(2);
	});

	it('asks anew where another statement came in between, and loses nothing when a call fails', async () => {
		const { sent, ask } = await connection();
		const called = ask(call, ['{}', '1']);
		await Promise.resolve();
		sent[0]?.answer.reject(new Error('refused'));
		sent[1]?.answer.reject(new Error('current transaction is aborted'));
		await expect(called).rejects.toThrow('refused');
		const rolled = ask('rollback');
		await Promise.resolve();
		sent[2]?.answer.resolve([]);
		await rolled;
		const asked = ask(head);
		await Promise.resolve();
		sent[3]?.answer.resolve(['anew']);
		expect(await asked).toEqual(['anew']);
	});
});
