/**
 * `npm test`: every kind of test in docs/ARCHITECTURE.md, in the order in which a failure is cheapest to learn of.
 *   npm test                  all
 *   npm test -- unit db       only these stages
 * Stages run side by side as far as there are cores for them (`TEST_CORES`, or the machine's); each line says whose it is.
 * Native PostgreSQL is used where `TEST_DATABASE_URL` names one or tests/native-postgres.sh can start one; CI always has it.
 * The last lines name what failed (✗) and what passed only when it was repeated (~); the last of all is `N passed, N failed`,
 * and the exit code says the same.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { cores, runOnCores } from './cores.ts';
import { stages, type Context, type Outcome, type Stage } from './stages.ts';

const repo = join(import.meta.dirname, '..');
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length) {
	console.error(`No such stage: ${unknown.join(', ')}. There are: ${stages.map(({ name }) => name).join(' ')}.`);
	process.exit(2);
}

const scratch = await mkdtemp(join(tmpdir(), 'myhibachi-run-'));
const native = await nativeUrl();
console.info(
	native
		? 'Native PostgreSQL: found, used besides PGlite.'
		: 'Native PostgreSQL: none, so PGlite only (set TEST_DATABASE_URL, or run tests/native-postgres.sh).'
);

interface Result {
	stage: Stage;
	seconds: number;
	outcome: Outcome;
}
const chosen = stages.filter((stage) => (wanted.length ? wanted.includes(stage.name) : !stage.native || native));
const results = (await runOnCores(chosen, cores, measured)).toSorted(
	(one, other) => stages.indexOf(one.stage) - stages.indexOf(other.stage)
);
await rm(scratch, { recursive: true, force: true });

console.info('');
for (const { stage, seconds, outcome } of results) {
	console.info(
		`${outcome.failed ? '✗' : '✓'} ${stage.name.padEnd(16)} ${String(outcome.passed).padStart(5)} passed ${String(outcome.failed).padStart(4)} failed ${seconds.toFixed(1).padStart(7)} s`
	);
	for (const line of outcome.named ?? []) console.info(`    ${line}`);
}
const total = (key: 'passed' | 'failed'): number => results.reduce((sum, { outcome }) => sum + outcome[key], 0);
const failed = total('failed') + (total('passed') === 0 ? 1 : 0);
console.info(`\n${total('passed')} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

/** Runs one stage. An error of its own is a failure of it, not of the run. */
async function measured(stage: Stage): Promise<Result> {
	console.info(`\n━━ ${stage.name}: ${stage.what}`);
	const folder = join(scratch, stage.name);
	await mkdir(folder);
	const shown = chosen.length > 1 ? `${stage.name} │ ` : '';
	const context: Context = {
		repo,
		name: stage.name,
		scratch: folder,
		native,
		command: (program, args, options) => command(program, args, { shown, ...options }),
		readJson
	};
	const begun = performance.now();
	const outcome = await stage.run(context).catch((error: unknown): Outcome => {
		console.error(`${shown}${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
		return { passed: 0, failed: 1 };
	});
	const seconds = (performance.now() - begun) / 1000;
	console.info(`\n━━ ${stage.name}: ${outcome.passed} passed, ${outcome.failed} failed in ${seconds.toFixed(1)} s`);
	return { stage, seconds, outcome };
}

/** Runs a command of the project with its output shown, each line after `shown`; resolves to its exit code and what it printed. */
function command(
	program: string,
	args: string[],
	options: { env?: NodeJS.ProcessEnv; quiet?: boolean; shown?: string } = {}
): Promise<{ code: number; output: string }> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {
			cwd: repo,
			env: { ...process.env, ...options.env },
			stdio: ['ignore', 'pipe', 'pipe']
		});
		let output = '';
		for (const [stream, target] of [
			[child.stdout, process.stdout],
			[child.stderr, process.stderr]
		] as const) {
			stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
			if (!options.quiet) showLines(stream, target, options.shown ?? '');
		}
		child.once('error', reject);
		child.once('close', (code) => resolve({ code: code ?? 1, output }));
	});
}

/** Stages that run side by side are told apart by the start of each line, so lines are shown whole. */
function showLines(from: Readable, to: NodeJS.WriteStream, start: string): void {
	createInterface({ input: from, crlfDelay: Infinity }).on('line', (line) => to.write(`${start}${line}\n`));
}

async function readJson<T>(path: string): Promise<T | null> {
	return readFile(path, 'utf8').then(
		(text) => JSON.parse(text) as T,
		() => null
	);
}

async function nativeUrl(): Promise<string | null> {
	if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
	if (process.platform !== 'linux') return null;
	const { code, output } = await command('bash', ['tests/native-postgres.sh'], { quiet: true });
	const url = output.trim().split('\n').at(-1) ?? '';
	return code === 0 && url.startsWith('postgres://') ? url : null;
}
