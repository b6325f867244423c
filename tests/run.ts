/**
 * `npm test`: every kind of test in docs/ARCHITECTURE.md, in the order in which a failure is cheapest to learn of.
 *   npm test                  all
 *   npm test -- unit db       only these stages
 * Native PostgreSQL is used where `TEST_DATABASE_URL` names one or tests/native-postgres.sh can start one; CI always has it.
 * The last lines name what failed (✗) and what passed only when it was repeated (~); the last of all is `N passed, N failed`,
 * and the exit code says the same.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stages, type Context, type Outcome } from './stages.ts';

const repo = join(import.meta.dirname, '..');
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length) {
	console.error(`No such stage: ${unknown.join(', ')}. There are: ${stages.map(({ name }) => name).join(' ')}.`);
	process.exit(2);
}

const scratch = await mkdtemp(join(tmpdir(), 'myhibachi-run-'));
const context: Context = { repo, scratch, native: await nativeUrl(), command, readJson };
console.info(
	context.native
		? 'Native PostgreSQL: found, used besides PGlite.'
		: 'Native PostgreSQL: none, so PGlite only (set TEST_DATABASE_URL, or run tests/native-postgres.sh).'
);

const results: { name: string; seconds: number; outcome: Outcome }[] = [];
for (const stage of stages) {
	if (wanted.length ? !wanted.includes(stage.name) : stage.native && !context.native) continue;
	console.info(`\n━━ ${stage.name}: ${stage.what}`);
	const begun = performance.now();
	const outcome = await stage.run(context).catch((error: unknown): Outcome => {
		console.error(error);
		return { passed: 0, failed: 1 };
	});
	results.push({ name: stage.name, seconds: (performance.now() - begun) / 1000, outcome });
}
await rm(scratch, { recursive: true, force: true });

console.info('');
for (const { name, seconds, outcome } of results) {
	console.info(
		`${outcome.failed ? '✗' : '✓'} ${name.padEnd(16)} ${String(outcome.passed).padStart(5)} passed ${String(outcome.failed).padStart(4)} failed ${seconds.toFixed(1).padStart(7)} s`
	);
	for (const line of outcome.named ?? []) console.info(`    ${line}`);
}
const total = (key: 'passed' | 'failed'): number => results.reduce((sum, { outcome }) => sum + outcome[key], 0);
const failed = total('failed') + (total('passed') === 0 ? 1 : 0);
console.info(`\n${total('passed')} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

/** Runs a command of the project with output shown; resolves to its exit code and, where asked, what it printed. */
function command(
	program: string,
	args: string[],
	options: { env?: NodeJS.ProcessEnv; quiet?: boolean } = {}
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
			stream.on('data', (chunk: Buffer) => {
				output += chunk.toString();
				if (!options.quiet) target.write(chunk);
			});
		}
		child.once('error', reject);
		child.once('close', (code) => resolve({ code: code ?? 1, output }));
	});
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
