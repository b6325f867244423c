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

/**
 * Starts both apps and resolves when they listen; leaves out one that has no source yet.
 * @throws SetupError when a build fails.
 */
export async function startApps(
	config: LocalConfig,
	mode: 'start' | 'dev',
	log: (line: string) => void
): Promise<Child> {
	const present = names.filter((name) => existsSync(join(config.repoDir, name, 'vite.config.ts')));
	if (mode === 'start') await buildStale(config, present, log);
	const children = await Promise.all(
		present.map((name) =>
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

async function buildStale(config: LocalConfig, present: AppName[], log: (line: string) => void): Promise<void> {
	const output = join(config.repoDir, 'build');
	mkdirSync(output, { recursive: true });
	for (const name of present) {
		if (await isFresh(config.repoDir, name)) continue;
		// Two stacks share one build folder: the second waits for the first, then finds it fresh.
		const unlock = await lockDataFolder(output, { waitMs: 180_000, whose: 'Another build' });
		try {
			const hash = await hashOf(config.repoDir, name);
			if (storedHash(config.repoDir, name) === hash) continue;
			log(`Building ${name === 'app' ? 'the customer site' : 'the admin panel'} …`);
			await build(config.repoDir, name);
			writeFileSync(join(output, name, '.sources'), hash);
		} finally {
			unlock();
		}
	}
}

async function isFresh(repoDir: string, name: AppName): Promise<boolean> {
	return storedHash(repoDir, name) === (await hashOf(repoDir, name));
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
