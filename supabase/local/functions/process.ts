/** Keeps a Deno process running: ends with this one, started again with a growing pause when it dies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { SetupError } from '../config.ts';

export interface SupervisedOptions {
	script: string;
	repoDir: string;
	env: Record<string, string>;
	log: (line: string) => void;
}

export interface Supervised {
	/** Resolves when it listens; false when it does not within `readyMs` or was closed. */
	ready(): Promise<boolean>;
	pid(): number | undefined;
	close(): Promise<void>;
}

const readyMs = 10_000;
const pauses = [100, 500, 1000, 2000, 5000, 10_000];

/** @throws SetupError when Deno is not installed. */
export function superviseDeno(options: SupervisedOptions): Supervised {
	const deno = denoBinary();
	let child: ChildProcess | undefined;
	let listening = Promise.withResolvers<boolean>();
	let failures = 0;
	let closed = false;
	let restart: NodeJS.Timeout | undefined;

	function start(): void {
		const started = (child = spawn(deno, denoArguments(options), {
			cwd: options.repoDir,
			env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', ...options.env },
			detached: true, // Ctrl-C is for the stack, which ends it in its turn.
			stdio: ['pipe', 'pipe', 'pipe'] // It ends with its standard input, so it ends with us however we end.
		}));
		started.stdin.on('error', () => {});
		createInterface(started.stdout).on('line', (line) => {
			if (line !== 'ready') return options.log(line);
			failures = 0;
			listening.resolve(true);
		});
		createInterface(started.stderr).on('line', options.log);
		started.once('error', (error) => options.log(`functions: ${error.message}`));
		started.once('close', (code, signal) => {
			if (closed) return;
			listening.resolve(false); // Whoever waited for this one must not wait for ever.
			listening = Promise.withResolvers();
			const pause = pauses[Math.min(failures++, pauses.length - 1)] ?? 10_000;
			options.log(`functions: Deno ended (${signal ?? code}); started again in ${pause} ms`);
			restart = setTimeout(start, pause);
		});
	}

	start();
	return {
		pid: () => child?.pid,
		async ready() {
			const timer = Promise.withResolvers<boolean>();
			const timeout = setTimeout(timer.resolve, readyMs, false);
			try {
				return await Promise.race([listening.promise, timer.promise]);
			} finally {
				clearTimeout(timeout);
			}
		},
		async close() {
			closed = true;
			clearTimeout(restart);
			listening.resolve(false);
			if (!child || child.exitCode !== null || child.signalCode !== null) return;
			const ended = new Promise((resolve) => child?.once('close', resolve));
			child.kill('SIGTERM');
			const kill = setTimeout(() => child?.kill('SIGKILL'), 3000);
			await ended;
			clearTimeout(kill);
		}
	};
}

function denoArguments({ repoDir, script }: SupervisedOptions): string[] {
	const config = join(repoDir, 'deno.json');
	// Modules come from node_modules alone, so that what works here is what the lockfile holds.
	return [
		'run',
		'--quiet',
		'--no-prompt',
		'--no-remote',
		'--unstable-no-legacy-abort',
		`--config=${config}`,
		...permissions,
		script
	];
}

const permissions = ['--allow-net', '--allow-env', '--allow-read', '--allow-sys'];

function denoBinary(): string {
	const folder = dirname(createRequire(import.meta.url).resolve('deno/package.json'));
	for (const name of ['deno', 'deno.exe']) {
		if (existsSync(join(folder, name))) return join(folder, name);
	}
	throw new SetupError('Deno is not unpacked. Run: npm rebuild deno');
}
