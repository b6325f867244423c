/**
 * `node supabase/local/build.ts <repository>`: builds the apps whose sources changed since they were built, side by side, and
 * tells whoever started it the name of each that is there. Where processors are few, the customer site comes first.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { appTitles, presentApps, type AppName } from './apps.ts';
import { lockDataFolder } from './lock.ts';

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

const repoDir = process.argv[2] ?? '';
const output = join(repoDir, 'build');

/** Builds what is stale; a second stack that shares the folder waits for the first, then finds it fresh. */
async function main(): Promise<void> {
	const behind = (await stale()).map(({ name }) => name);
	for (const name of presentApps(repoDir)) if (!behind.includes(name)) process.send?.(name);
	if (behind.length === 0) return;
	mkdirSync(output, { recursive: true });
	const unlock = await lockDataFolder(output, { waitMs: 180_000, whose: 'Another build' });
	try {
		await Promise.all(
			(await stale()).map(async ({ name, hash }) => {
				console.log(`Building ${appTitles[name].toLowerCase()} …`);
				await build(name);
				writeFileSync(join(output, name, '.sources'), hash);
				process.send?.(name);
			})
		);
	} finally {
		unlock();
	}
}

async function stale(): Promise<{ name: AppName; hash: string }[]> {
	const all = await Promise.all(presentApps(repoDir).map(async (name) => ({ name, hash: await hashOf(name) })));
	return all.filter(({ name, hash }) => storedHash(name) !== hash);
}

function storedHash(name: AppName): string | null {
	const file = join(output, name, '.sources');
	return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

async function hashOf(name: AppName): Promise<string> {
	const files: string[] = [];
	for await (const entry of glob(sources(name), { cwd: repoDir, exclude: notSources, withFileTypes: true })) {
		if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
	}
	const hash = createHash('sha256');
	for (const file of files.sort()) hash.update(file.slice(repoDir.length)).update(await readFile(file));
	return hash.digest('hex');
}

async function build(name: AppName): Promise<void> {
	const vite = join(repoDir, 'node_modules/vite/bin/vite.js');
	const child = spawn(process.execPath, [vite, 'build', name, '--logLevel', 'warn'], {
		cwd: repoDir,
		env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	if (name !== 'app' && child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW);
	let said = '';
	process.once('disconnect', () => child.kill()); // The stack has gone: nobody waits for it.
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	if (code !== 0) throw new Error(`"vite build ${name}" failed:\n${said.slice(-4000)}`);
}

await main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		process.exit(1);
	}
);
