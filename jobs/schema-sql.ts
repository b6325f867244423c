import { getConstructionPlans } from 'pg-boss';

/** The marks in the migration between which pg-boss's own SQL stands, word for word. */
export const marks = {
	start: '-- pg-boss: begin of its construction SQL',
	end: '-- pg-boss: end of its construction SQL'
} as const;

/**
 * What the installed pg-boss creates in schema `pgboss`, without the transaction and lock that it frames the SQL with: a
 * migration has its own transaction. Throws if a new version frames it otherwise.
 */
export function constructionSql(): string {
	const plans = getConstructionPlans('pgboss');
	const start = plans.indexOf('CREATE SCHEMA');
	const end = plans.lastIndexOf('COMMIT;');
	if (start < 0 || end < start || !/^\s*BEGIN;/.test(plans)) {
		throw new Error('pg-boss frames its construction SQL in a new way: look at jobs/schema-sql.ts');
	}
	return plans
		.slice(start, end)
		.replace(/[ \t]+$/gm, '')
		.trim();
}

/** The construction SQL that a migration's text carries. Throws where the marks are missing. */
export function sqlInMigration(text: string): string {
	const start = text.indexOf(marks.start);
	const end = text.indexOf(marks.end);
	if (start < 0 || end < start) throw new Error('The migration lacks the marks around the SQL of pg-boss.');
	return text.slice(start + marks.start.length, end).trim();
}
