/** The customer site and the admin panel beside the stack: built when their sources changed, one process each. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, type Child } from './children.ts';
import { appEnvironment, SetupError, type LocalConfig } from './config.ts';
import { lockDataFolder } from './lock.ts';

const names = ['app', 'admin'] as const;
type AppName = (typeof names)[number];

/** Everything of the repository that goes into a build. */
const sources = (name: AppName) => [
	`${name}/**/*`,
	'ui/**/*',
	'kit/**/*',
	'functions/_shared/**/*',
	'docs/guides/*.md',
	'svelte.config.js',
	'package-lock.json'
];
const notSources = ['**/node_modules/**', '**/.svelte-kit/**', '**/*.test.ts'];

/** The apps that have sources yet. */
function present({ repoDir }: LocalConfig): AppName[] {
	return names.filter((name) => existsSync(join(repoDir, name, 'vite.config.ts')));
}

/** Starts both apps, built before unless they build as one edits, and resolves when they listen. */
export async function startApps(
	config: LocalConfig,
	mode: 'start' | 'dev',
	log: (line: string) => void
): Promise<Child> {
	const children = await Promise.all(
		present(config).map((name) =>
			startChild(
				name === 'app' ? 'The customer site' : 'The admin panel',
				join(import.meta.dirname, 'serve.ts'),
				[mode, name, String(config.ports[name])],
				{ ...appEnvironment(config), NODE_ENV: mode === 'dev' ? 'development' : 'production' },
				log,
				{ untilReady: true }
			)
		)
	);
	return { close: async () => void (await Promise.all(children.map((child) => child.close()))) };
}

/**
 * Builds what has changed since it was built, side by side.
 * @throws SetupError when a build fails.
 */
export async function buildApps(config: LocalConfig, log: (line: string) => void): Promise<void> {
	const { repoDir } = config;
	const stale = async () => {
		const all = await Promise.all(present(config).map(async (name) => ({ name, hash: await hashOf(repoDir, name) })));
		return all.filter(({ name, hash }) => storedHash(repoDir, name) !== hash);
	};
	if ((await stale()).length === 0) return;
	const output = join(repoDir, 'build');
	mkdirSync(output, { recursive: true });
	// Two stacks share one build folder: the second waits for the first, then finds it fresh.
	const unlock = await lockDataFolder(output, { waitMs: 180_000, whose: 'Another build' });
	try {
		await Promise.all(
			(await stale()).map(async ({ name, hash }) => {
				log(`Building ${name === 'app' ? 'the customer site' : 'the admin panel'} …`);
				await build(repoDir, name);
				writeFileSync(join(output, name, '.sources'), hash);
			})
		);
	} finally {
		unlock();
	}
}

function storedHash(repoDir: string, name: AppName): string | null {
	const file = join(repoDir, 'build', name, '.sources');
	return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

async function hashOf(repoDir: string, name: AppName): Promise<string> {
	const files: string[] = [];
	for await (const entry of glob(sources(name), { cwd: repoDir, exclude: notSources, withFileTypes: true })) {
		if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
	}
	const hash = createHash('sha256');
	for (const file of files.sort()) hash.update(file.slice(repoDir.length)).update(await readFile(file));
	return hash.digest('hex');
}

async function build(repoDir: string, name: AppName): Promise<void> {
	const vite = join(repoDir, 'node_modules/vite/bin/vite.js');
	const child = spawn(process.execPath, [vite, 'build', name, '--logLevel', 'warn'], {
		cwd: repoDir,
		env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	if (code !== 0) throw new SetupError(`"vite build ${name}" failed:\n${output.slice(-4000)}`);
}
