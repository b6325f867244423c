/**
 * The role matrix of tests/db/matrix.ts once more, over the real API. Reads and updates are tried whether they are allowed or
 * not; inserts and deletes only where they must be refused, since what succeeds here stays (SQL tries those and rolls back).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, signIn, stackUnderTest, type Answer } from '../api.ts';
import { casesOf, people, roles, type Case, type Role } from '../db/matrix.ts';

const stack = stackUnderTest();
const folder = join(import.meta.dirname, '../db');
const tokens = new Map<Role, string>();
let db: pg.Client;

beforeAll(async () => {
	if (!stack.DB_URL) throw new Error('The stack names no DB_URL.');
	db = new pg.Client({ connectionString: stack.DB_URL });
	await db.connect();
	await db.query('drop schema if exists tests cascade');
	for (const file of ['helpers.sql', 'matrix.sql']) await db.query(await readFile(join(folder, file), 'utf8'));
	for (const role of roles) if (role !== 'anon') tokens.set(role, await signIn(stack, people[role]));
});

afterAll(async () => {
	await db.query(await readFile(join(folder, 'matrix-remove.sql'), 'utf8'));
	await db.end();
});

describe.each(roles)('%s', (role) => {
	const cases = casesOf(role).filter(({ verb, allowed }) => verb === 'select' || verb === 'update' || !allowed);
	it.each(cases.map((one) => [one.title, one] as const))('%s', async (_, one) => {
		const { worked, answer } = await attempt(one, tokens.get(role));
		expect(worked, `${answer.status} ${JSON.stringify(answer.body)}`).toBe(one.allowed);
		if (!worked) expect([200, 204, 401, 403], JSON.stringify(answer.body)).toContain(answer.status);
	});
});

async function attempt(
	{ table, rule, verb, side }: Case,
	token?: string
): Promise<{ worked: boolean; answer: Answer }> {
	const row = await values(rule.row(side));
	const path = `/rest/v1/${table}?${new URLSearchParams(Object.entries(row).map(([column, value]) => [column, `eq.${value}`]))}`;
	const headers = { prefer: 'return=representation' };
	let answer: Answer;
	if (verb === 'select') {
		answer = await request(stack, `${path}&select=${Object.keys(row).join(',')}`, { token });
	} else if (verb === 'delete') {
		answer = await request(stack, path, { method: 'DELETE', token, headers });
	} else if (verb === 'update') {
		const column = rule.update ?? Object.keys(row)[0] ?? '';
		const where = Object.keys(row).map((name, index) => `${name}::text = $${index + 1}`);
		const { rows } = await db.query<{ value: unknown }>(
			`select to_jsonb(t.${column}) as value from public.${table} t where ${where.join(' and ')} limit 1`,
			Object.values(row)
		);
		answer = await request(stack, path, {
			method: 'PATCH',
			token,
			headers,
			body: JSON.stringify({ [column]: rows[0]?.value ?? null })
		});
	} else {
		const body = rule.insert ? await values(rule.insert(side)) : row;
		answer = await request(stack, `/rest/v1/${table}`, { method: 'POST', token, body: JSON.stringify(body) });
		return { worked: answer.status < 300, answer };
	}
	return { worked: answer.status === 200 && Array.isArray(answer.body) && answer.body.length > 0, answer };
}

/** The values of SQL expressions, as text. */
async function values(expressions: Record<string, string>): Promise<Record<string, string>> {
	const columns = Object.entries(expressions).map(([column, sql]) => `(${sql})::text as ${column}`);
	const { rows } = await db.query<Record<string, string>>(`select ${columns.join(', ')}`);
	return rows[0] ?? {};
}
