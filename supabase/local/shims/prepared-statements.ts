/**
 * Mends: lite's driver has every statement with parameters described, parsed and planned anew, which costs a round trip
 * and most of the time of a small request. PostgREST prepares its statements; so does this.
 */
import type { ReservedSql, Sql } from 'postgres';

export function prepareStatements(driver: Sql): void {
	const reserve = driver.reserve.bind(driver);
	driver.reserve = async () => {
		const connection = await reserve();
		const unsafe = connection.unsafe.bind(connection);
		connection.unsafe = ((text, parameters, options) =>
			unsafe(text, parameters, { prepare: (parameters?.length ?? 0) > 0, ...options })) as ReservedSql['unsafe'];
		return connection;
	};
}
