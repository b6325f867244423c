import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import pg from 'pg';
import { cores, type Busy } from './cores.ts';
import { startTestStack, type StackOptions, type TestStack } from './stack.ts';

export interface Outcome {
	passed: number;
	failed: number;
	/** Tests to read about in the output above: those that failed, and those that passed only when repeated. */
	named?: string[];
}

interface PlaywrightSuite {
	file: string;
	specs: { title: string; line: number; tests: { projectName: string; status: string }[] }[];
	suites?: PlaywrightSuite[];
}

interface VitestReport {
	numPassedTests: number;
	numFailedTests: number;
	testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[];
}

export interface Context {
	repo: string;
	/** Of the stage. */
	name: string;
	/** A folder for the reports of this stage, removed afterwards. */
	scratch: string;
	/** URL of a native PostgreSQL that may be filled with databases of ours, or null. */
	native: string | null;
	command: (
		program: string,
		args: string[],
		options?: { env?: NodeJS.ProcessEnv; quiet?: boolean }
	) => Promise<{ code: number; output: string }>;
	readJson: <T>(path: string) => Promise<T | null>;
}

export interface Stage extends Busy {
	name: string;
	what: string;
	/** Needs native PostgreSQL. */
	native?: boolean;
	run: (context: Context) => Promise<Outcome>;
}

const node = process.execPath;
/** Port ranges of the stacks that tests start, out of the way of a stack that a person has running. */
const ports = { browser: 31_000, native: 31_100, attack: 31_200 };
/** As many journeys at once as cores; where there are many, half of them are for the other stages. */
const journeys = Math.max(2, Math.floor(cores / 2));

export const stages: Stage[] = [
	{
		name: 'check',
		what: 'format, lint, types of every runtime',
		cores: 1,
		run: byExitCode('npm', ['run', '--silent', 'check'])
	},
	{
		name: 'unit',
		what: 'unit and property tests, functions, contracts, Realtime on PGlite',
		cores: 2,
		run: (context) => vitest(context, {})
	},
	{ name: 'deno', what: 'edge functions under Deno', cores: 1, run: deno },
	{ name: 'db', what: 'pgTAP and the role matrix on PGlite', cores: 1, run: (context) => tap(context, {}) },
	{
		name: 'types',
		what: 'the generated types are those of the migrated database',
		cores: 1,
		native: true,
		run: async ({ command, native }) =>
			counted((await command(node, ['scripts/types.ts', '--check'], { env: { TEST_DATABASE_URL: native ?? '' } })).code)
	},
	{
		name: 'db-native',
		what: 'pgTAP and the role matrix on native PostgreSQL',
		cores: 1,
		native: true,
		run: (context) => tap(context, { TEST_DATABASE_URL: context.native ?? '' })
	},
	{
		name: 'db-partitioned',
		what: 'the same with bookings partitioned by month',
		cores: 1,
		native: true,
		run: (context) => tap(context, { TEST_DATABASE_URL: context.native ?? '' }, ['--partitioned'])
	},
	{
		name: 'realtime-native',
		what: 'Realtime, jobs, storage, card events and the move to partitions on native PostgreSQL',
		cores: 2,
		native: true,
		run: (context) =>
			vitest(context, { TEST_DATABASE_URL: context.native ?? '' }, [
				'tests/realtime',
				'tests/functions/jobs',
				'tests/functions/partition-bookings',
				'tests/functions/payments-events',
				'tests/functions/storage'
			])
	},
	{
		name: 'browser',
		what: 'journeys, accessibility, screenshots on PGlite',
		cores: journeys,
		run: (context) =>
			onStack(context, { portBase: ports.browser }, async (inner, stack) =>
				sum(
					await playwright(inner, stack, ['desktop', 'phone', 'tablet'].map(projectOf)),
					await playwright(inner, stack, [projectOf('switches')])
				)
			)
	},
	{
		name: 'attack',
		what: 'attack list, race and chaos on PGlite',
		cores: 2,
		run: (context) => onStack(context, { portBase: ports.attack }, attacks)
	},
	{
		name: 'native',
		what: 'booking journey, attack list, race with its control, load on native PostgreSQL',
		cores: 2,
		native: true,
		run: nativeStack
	}
];

function byExitCode(program: string, args: string[]): Stage['run'] {
	return async ({ command }) => counted((await command(program, args)).code);
}

async function vitest(
	{ command, readJson, scratch }: Context,
	env: NodeJS.ProcessEnv,
	args: string[] = []
): Promise<Outcome> {
	const report = join(scratch, `vitest-${args.length}.json`);
	const { code } = await command(
		node,
		[
			'node_modules/vitest/vitest.mjs',
			'run',
			...args,
			'--reporter=default',
			'--reporter=json',
			`--outputFile.json=${report}`
		],
		{
			env: { TEST_DATABASE_URL: '', ...env }
		}
	);
	return vitestOutcome(code, await readJson<VitestReport>(report));
}

async function deno({ command }: Context): Promise<Outcome> {
	const { code, output } = await command('node_modules/.bin/deno', ['test', '--allow-all', '--quiet', 'functions/']);
	const [, passed = '0', failed = '0'] = /(\d+) passed(?: \([^)]*\))? \| (\d+) failed/.exec(plain(output)) ?? [];
	return counted(code, Number(passed), Number(failed));
}

async function tap({ command }: Context, env: NodeJS.ProcessEnv, args: string[] = []): Promise<Outcome> {
	const { code, output } = await command(node, ['tests/db/run.ts', ...args], {
		env: { TEST_DATABASE_URL: '', ...env }
	});
	const [, passed = '0', failed = '0'] =
		/(\d+) passed, (\d+) failed/.exec(plain(output).split('\n').toReversed().join('\n')) ?? [];
	return counted(code, Number(passed), Number(failed));
}

async function playwright(
	{ command, name, readJson, scratch }: Context,
	stack: TestStack,
	args: string[] = []
): Promise<Outcome> {
	const report = join(scratch, `playwright-${args.length}.json`);
	const output = `--output=${join('test-results', name)}`;
	const { code } = await command(node, ['node_modules/@playwright/test/cli.js', 'test', output, ...args], {
		env: {
			TEST_STACK: JSON.stringify(stack.status),
			TEST_STACK_DATA: stack.dataDir,
			TEST_REPORT: report,
			TEST_WORKERS: process.env.TEST_WORKERS ?? String(journeys)
		}
	});
	const result = await readJson<{
		stats: { expected: number; unexpected: number; flaky: number };
		suites: PlaywrightSuite[];
	}>(report);
	return {
		...counted(code, (result?.stats.expected ?? 0) + (result?.stats.flaky ?? 0), result?.stats.unexpected ?? 0),
		named: (result?.suites ?? []).flatMap(notAtOnce)
	};
}

/** What of a Playwright suite did not pass at the first try, a line each. */
function notAtOnce({ file, specs, suites = [] }: PlaywrightSuite): string[] {
	const here = specs.flatMap(({ title, line, tests }) =>
		tests
			.filter(({ status }) => status === 'unexpected' || status === 'flaky')
			.map(({ projectName, status }) => `${status === 'flaky' ? '~' : '✗'} [${projectName}] ${file}:${line} ${title}`)
	);
	return [...here, ...suites.flatMap(notAtOnce)];
}

function vitestOutcome(code: number, report: VitestReport | null): Outcome {
	const named = (report?.testResults ?? []).flatMap(({ name, status, assertionResults }) => {
		const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
		const none = status === 'failed' ? ['(the file itself)'] : [];
		return (failed.length ? failed : none).map(
			(test) => `✗ ${relative(join(import.meta.dirname, '..'), name)} ${test}`
		);
	});
	return { ...counted(code, report?.numPassedTests ?? 0, report?.numFailedTests ?? 0), named };
}

function projectOf(name: string): string {
	return `--project=${name}`;
}

async function attacks({ command, readJson, scratch }: Context, stack: TestStack, rounds = '5'): Promise<Outcome> {
	const report = join(scratch, 'attacks.json');
	const { code } = await command(
		node,
		[
			'node_modules/vitest/vitest.mjs',
			'run',
			'--config',
			'vitest.stack.config.ts',
			'--reporter=default',
			'--reporter=json',
			`--outputFile.json=${report}`
		],
		{ env: { TEST_STACK: JSON.stringify(stack.status), TEST_STACK_DATA: stack.dataDir, TEST_RACE_ROUNDS: rounds } }
	);
	return vitestOutcome(code, await readJson<VitestReport>(report));
}

async function nativeStack(context: Context): Promise<Outcome> {
	const name = `myhibachi_test_${process.pid}`;
	const server = new pg.Client(context.native ?? '');
	await server.connect();
	await server.query(`drop database if exists ${name} with (force)`);
	await server.query(`create database ${name}`);
	const url = new URL(context.native ?? '');
	url.pathname = `/${name}`;
	try {
		return await onStack(context, { portBase: ports.native, databaseUrl: url.href }, async (inner, stack) =>
			sum(
				await playwright(inner, stack, [
					'tests/e2e/booking.spec.ts',
					'tests/e2e/admin-bookings.spec.ts',
					'--project=desktop'
				]),
				await attacks(inner, stack, process.env.TEST_RACE_ROUNDS ?? (process.env.CI ? '200' : '20'))
			)
		);
	} finally {
		await server.query(`drop database if exists ${name} with (force)`);
		await server.end();
	}
}

async function onStack(
	context: Context,
	options: StackOptions,
	run: (context: Context, stack: TestStack) => Promise<Outcome>
): Promise<Outcome> {
	const lines: string[] = [];
	const stack = await startTestStack({ ...options, log: (line) => lines.push(line) }).catch((error: unknown) => {
		console.error(lines.join(''));
		throw error;
	});
	try {
		return await run(context, stack);
	} finally {
		await stack.stop();
	}
}

/** A run that ended badly without naming a failed test still failed. */
function counted(code: number, passed = code === 0 ? 1 : 0, failed = 0): Outcome {
	return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

function sum(...outcomes: Outcome[]): Outcome {
	return {
		passed: outcomes.reduce((total, { passed }) => total + passed, 0),
		failed: outcomes.reduce((total, { failed }) => total + failed, 0),
		named: outcomes.flatMap(({ named = [] }) => named)
	};
}

function plain(text: string): string {
	return stripVTControlCharacters(text);
}
