/**
 * Lets lite see what it serves and no more. It searches every function and column of the database several times a request;
 * extensions, queues and private helpers are nine tenths of them, and none has an address.
 */
interface Introspection {
	functions?: { schema?: string }[];
	columns: { schema?: string }[];
	views: { sql?: string }[];
}

/** lite itself reads its tables of users and files through the same description. */
const served = new Set(['public', 'auth', 'storage']);

/** Narrows what lite has read of the schema, in its place. Call it after each reading. */
export function narrowSchema(connection: object): void {
	const { introspection } = connection as { introspection?: Introspection };
	if (!introspection) return;
	const only = <Part extends { schema?: string }>(parts: Part[]) =>
		parts.filter(({ schema }) => served.has(schema ?? 'public'));
	Object.assign(introspection, {
		...(introspection.functions && { functions: only(introspection.functions) }),
		columns: only(introspection.columns),
		// From a view's SQL lite would guess again, column by column, the types that it has read already.
		views: introspection.views.map(({ sql: _sql, ...view }) => view)
	});
}
