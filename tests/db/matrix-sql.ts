/** Asserts the role matrix in SQL: every role tries every verb on a row of the own and of the other station. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestDatabase } from './database.ts';
import { casesOf, matrix, people, roles, type Case, type Role } from './matrix.ts';

/**
 * One transaction, rolled back. Fails for a table of the API schema without a row in the matrix, too; and, as its control,
 * when a table without row-level security goes unnoticed.
 */
export async function checkMatrix(db: TestDatabase): Promise<{ passed: number; failures: string[] }> {
	const failures: string[] = [];
	let passed = 0;
	const check = (title: string, ok: boolean): void => {
		if (ok) passed += 1;
		else failures.push(`not ok - ${title}`);
	};
	const tables = await db.query<{ name: string }>(
		`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`
	);
	for (const { name } of tables) check(`The table ${name} has a row in tests/db/matrix.ts`, name in matrix);

	await db.script(`begin; ${await readFile(join(import.meta.dirname, 'matrix.sql'), 'utf8')}`);
	try {
		for (const role of roles) {
			for (const { title, error, worked, allowed } of await attempts(db, role, casesOf(role))) {
				check(error ? `${title}: ${error}` : title, !error && worked === allowed);
			}
		}
		await db.script('alter table public.bookings disable row level security');
		const unguarded = casesOf('station_manager').filter(({ table, verb }) => table === 'bookings' && verb === 'select');
		check(
			'Without row-level security the matrix fails',
			(await attempts(db, 'station_manager', unguarded)).some(({ worked, allowed }) => worked !== allowed)
		);
	} finally {
		await db.script('rollback; reset role; reset all;');
	}
	return { passed, failures };
}

async function attempts(
	db: TestDatabase,
	role: Role,
	cases: Case[]
): Promise<(Case & { worked: boolean; error: string | null })[]> {
	await db.query(
		role === 'anon' ? 'select tests.as_anon()' : 'select tests.as_user($1)',
		role === 'anon' ? [] : [people[role]]
	);
	const answers = await db.query<{ answer: string }>(
		'select tests.attempt(t.sql) as answer from unnest($1::text[]) with ordinality t (sql, place) order by t.place',
		[cases.map(statement)]
	);
	await db.query('select tests.as_owner()', []);
	return cases.map((one, index) => {
		const answer = answers[index]?.answer ?? 'error: no answer';
		return { ...one, worked: Number(answer) > 0, error: answer.startsWith('error') ? answer : null };
	});
}

function statement({ table, rule, verb, side }: Case): string {
	const where = Object.entries(rule.row(side))
		.map(([column, value]) => `${column} = ${value}`)
		.join(' and ');
	const values = rule.insert?.(side);
	switch (verb) {
		case 'select':
			return `select 1 from public.${table} where ${where}`;
		case 'insert':
			// Where nobody may insert, nothing sensible could be: the privilege itself is tried, before any constraint.
			return values
				? `insert into public.${table} (${Object.keys(values).join(', ')}) values (${Object.values(values).join(', ')})`
				: `insert into public.${table} default values`;
		case 'update': {
			const column = rule.update ?? Object.keys(rule.row(side))[0] ?? '';
			return `update public.${table} set ${column} = ${column} where ${where}`;
		}
		case 'delete':
			return `delete from public.${table} where ${where}`;
	}
}
