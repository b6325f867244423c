/**
 * Runs every tests/db/*.test.sql (pgTAP, each in a transaction that is rolled back) and the role matrix on a fresh
 * database: PGlite, or with TEST_DATABASE_URL a database of its own on that server.
 *   node tests/db/run.ts              all
 *   node tests/db/run.ts pricing      only files and matrix rows whose name holds one of the words
 *   node tests/db/run.ts --partitioned   on native PostgreSQL, after scripts/partition-bookings has run: the same must hold
 * The last line is `N passed, N failed`; the exit code says the same.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runSteps, steps } from '../../scripts/partition-bookings/run.ts';
import { checkAdvisors } from './advisors.ts';
import { makeTestDatabase, type TestDatabase } from './database.ts';
import { checkMatrix } from './matrix-sql.ts';

interface Result {
	passed: number;
	failures: string[];
}

const here = import.meta.dirname;
const partitioned = process.argv.includes('--partitioned');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const wanted = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word));

const db = await makeTestDatabase();
if (partitioned) await partition(db);
let passed = 0;
let failed = 0;
try {
	console.info(`Database tests on ${db.name}${partitioned ? ', bookings partitioned' : ''}`);
	for (const file of (await readdir(here)).filter((name) => name.endsWith('.test.sql') && wanted(name)).sort()) {
		report(file, await runFile(db, file));
	}
	if (wanted('matrix')) report('matrix.ts', await checkMatrix(db));
	if (db.url && wanted('advisors')) {
		const result = await checkAdvisors(db.url);
		if (result) report('advisors.ts', result);
		else console.info('- advisors.ts: the Supabase CLI has no binary for this machine');
	}
} finally {
	await db.drop();
}
console.info(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);

async function partition({ url }: TestDatabase): Promise<void> {
	if (!url) throw new Error('Partitions are tried on native PostgreSQL. Set TEST_DATABASE_URL.');
	for (const line of await runSteps(url, steps)) console.info(line);
}

function report(name: string, result: Result): void {
	passed += result.passed;
	failed += result.failures.length;
	console.info(`${result.failures.length ? '✗' : '✓'} ${name.padEnd(40)} ${result.passed} passed`);
	for (const failure of result.failures) console.info(failure.replaceAll(/^/gm, '    '));
}

async function runFile(database: TestDatabase, file: string): Promise<Result> {
	const text = await readFile(join(here, file), 'utf8');
	try {
		const results = await database.script(
			`begin; set local search_path = public, extensions, tests; ${text}\n; rollback;`
		);
		return readTap(results.flat().flatMap((row) => String(row[0] ?? '').split('\n')));
	} catch (error) {
		return { passed: 0, failures: [describe(text, error)] };
	} finally {
		await database.script('rollback; reset role; reset all;');
	}
}

/** Counts a file's TAP: a failure keeps pgTAP's own lines about it; a wrong plan or no test at all is one too. */
function readTap(lines: string[]): Result {
	let planned: number | undefined;
	let ran = 0;
	const result: Result = { passed: 0, failures: [] };
	for (const line of lines) {
		if (/^\d+\.\.\d+$/.test(line)) planned = Number(line.split('..')[1]);
		else if (line.startsWith('ok ')) {
			ran += 1;
			result.passed += 1;
		} else if (line.startsWith('not ok ')) {
			ran += 1;
			result.failures.push(line);
		} else if (line.startsWith('#') && result.failures.length)
			result.failures.push(`${result.failures.pop()}\n${line}`);
	}
	if (planned === undefined) result.failures.push('No plan: select plan(n) first, select * from finish() last.');
	else if (planned !== ran) result.failures.push(`Planned ${planned} tests, ran ${ran}.`);
	return result;
}

function describe(text: string, error: unknown): string {
	const { message, position, where, detail } = error as Record<'message' | 'position' | 'where' | 'detail', unknown>;
	const before = 'begin; set local search_path = public, extensions, tests; '.length;
	const line = position ? ` (near line ${text.slice(0, Number(position) - before).split('\n').length})` : '';
	return [`${String(message)}${line}`, detail, where].filter(Boolean).join('\n');
}
