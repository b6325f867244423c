/** Asserts the role matrix in SQL: every role tries every verb on a row of the own and of the other station. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestDatabase } from './database.ts';
import { matrix, people, roles, sides, verbs, type Role, type Side, type TableRule, type Verb } from './matrix.ts';

interface Attempt {
	title: string;
	sql: string;
	allowed: boolean;
}

/** One transaction, rolled back. Fails for a table of the API schema without a row in the matrix, too. */
export async function checkMatrix(db: TestDatabase): Promise<{ passed: number; failures: string[] }> {
	const failures: string[] = [];
	let passed = 0;
	const tables = await db.query<{ name: string }>(
		`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`
	);
	for (const { name } of tables) {
		if (matrix[name]) passed += 1;
		else failures.push(`not ok - The table ${name} has no row in tests/db/matrix.ts`);
	}
	await db.script(`begin; ${await readFile(join(import.meta.dirname, 'matrix.sql'), 'utf8')}`);
	try {
		for (const role of roles) {
			const attempts = Object.entries(matrix)
				.filter(([name]) => tables.some((table) => table.name === name))
				.flatMap(([name, rule]) => attemptsOn(name, rule, role));
			await db.query(
				role === 'anon' ? 'select tests.as_anon()' : 'select tests.as_user($1)',
				role === 'anon' ? [] : [people[role]]
			);
			const answers = await db.query<{ answer: string }>(
				'select tests.attempt(t.sql) as answer from unnest($1::text[]) with ordinality t (sql, place) order by t.place',
				[attempts.map(({ sql }) => sql)]
			);
			await db.query('select tests.as_owner()', []);
			for (const [index, { title, allowed }] of attempts.entries()) {
				const answer = answers[index]?.answer ?? 'error: no answer';
				const worked = Number(answer) > 0;
				if (!answer.startsWith('error') && worked === allowed) passed += 1;
				else failures.push(`not ok - ${title}${answer.startsWith('error') ? `: ${answer}` : ''}`);
			}
		}
	} finally {
		await db.script('rollback; reset role; drop function if exists tests.attempt(text), tests.fixture(text, text);');
	}
	return { passed, failures };
}

function attemptsOn(table: string, rule: TableRule, role: Role): Attempt[] {
	return verbs.flatMap((verb) =>
		sides.map((side) => {
			const reach = rule.expected[verb][role];
			const allowed = reach === 'all' || (reach === 'own' && side === 'own');
			const whose = side === 'own' ? 'Fremont' : 'Sacramento';
			return {
				title: `${role} ${allowed ? 'CAN' : 'can NOT'} ${verb} ${table} of ${whose}`,
				sql: statement(table, rule, verb, side),
				allowed
			};
		})
	);
}

function statement(table: string, rule: TableRule, verb: Verb, side: Side): string {
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
