/**
 * Mends three things in lite's driver:
 * - it has every statement with parameters described, parsed and planned anew, which costs a round trip and most of the time of
 *   a small request. PostgREST prepares its statements; so does this;
 * - it waits for the answer to `begin` before it sends the statement after it. Both go out together, and that statement is not
 *   answered before `begin` is: should `begin` fail, so does it, and nothing more is sent;
 * - after each call of a function it asks which status and headers that has set. The question goes out along with the call.
 */
import type { ReservedSql, Sql } from 'postgres';

const callsFunction = /^select \* from public\.\w+\(/;
const asksForHead = /current_setting\('response\.status', true\)/;
const headSql = `select current_setting('response.status', true) as status, current_setting('response.headers', true) as headers`;

export function prepareStatements(driver: Sql): void {
	const reserve = driver.reserve.bind(driver);
	driver.reserve = async () => {
		const connection = await reserve();
		const unsafe = connection.unsafe.bind(connection);
		let begun: Promise<unknown> | undefined;
		let head: ReturnType<typeof unsafe> | undefined;
		connection.unsafe = ((text, parameters, options) => {
			const asked = head;
			head = undefined;
			if (asked && asksForHead.test(text)) return asked;
			const sent = unsafe(text, parameters, { prepare: (parameters?.length ?? 0) > 0, ...options });
			if (callsFunction.test(text)) {
				sent.execute();
				head = unsafe(headSql, [], { prepare: true }).execute();
				head.catch(() => undefined); // a call that failed takes it along
			}
			if (text === 'begin') {
				begun = sent.execute();
				begun.catch(() => undefined); // told by the statement that follows
				return Promise.resolve(Object.assign([], { command: 'BEGIN', count: 0 }));
			}
			if (!begun) return sent;
			const both = Promise.all([begun, sent]);
			begun = undefined;
			return both.then(([, result]) => result);
		}) as ReservedSql['unsafe'];
		return connection;
	};
}
