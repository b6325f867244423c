/** What the database's catalog knows of the functions of the API schema, and its types as JSON schemas. */

export type Json = Record<string, unknown>;

export interface Routine {
	name: string;
	comment: string | null;
	arguments: { name: string; type: string }[];
	/** How many of the last arguments may be left out. */
	defaults: number;
	returns: string;
	/** Of `returns table (…)`, else null. */
	columns: { name: string; type: string }[] | null;
	set: boolean;
	callers: string[];
}

export const catalogSql = `
	select p.proname as name, pg_catalog.obj_description(p.oid, 'pg_proc') as comment, p.pronargdefaults as defaults,
		pg_catalog.format_type(p.prorettype, null) as returns, p.proretset as set,
		(select coalesce(jsonb_agg(jsonb_build_object('name', p.proargnames[a.position], 'type', pg_catalog.format_type(a.type, null))
			order by a.position), '[]') from unnest(p.proargtypes::oid[]) with ordinality a (type, position)) as arguments,
		(select jsonb_agg(jsonb_build_object('name', p.proargnames[a.position], 'type', pg_catalog.format_type(a.type, null))
			order by a.position) from unnest(p.proallargtypes) with ordinality a (type, position)
			where p.proargmodes[a.position] in ('t', 'o')) as columns,
		(select coalesce(jsonb_agg(r.role order by r.role), '[]')
			from unnest(array['anon', 'authenticated', 'service_role']) r (role)
			where pg_catalog.has_function_privilege(r.role, p.oid, 'execute')) as callers
	from pg_catalog.pg_proc p
	where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
		and not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e')
	order by p.proname, p.oid`;

const types: Record<string, Json> = {
	bigint: { type: 'integer' },
	boolean: { type: 'boolean' },
	date: { type: 'string', format: 'date' },
	integer: { type: 'integer', format: 'int32' },
	json: {},
	jsonb: {},
	numeric: { type: 'number' },
	'double precision': { type: 'number' },
	smallint: { type: 'integer' },
	text: { type: 'string' },
	'time without time zone': { type: 'string', format: 'time' },
	'timestamp with time zone': { type: 'string', format: 'date-time' },
	uuid: { type: 'string', format: 'uuid' }
};

/** @throws Error for a type that no function of the API had so far. */
export function schemaOfType(type: string): Json {
	if (type.endsWith('[]')) return { type: 'array', items: schemaOfType(type.slice(0, -2)) };
	const schema = types[type];
	if (!schema) throw new Error(`scripts/openapi-catalog.ts has no JSON schema for the type ${type}.`);
	return { ...schema };
}
