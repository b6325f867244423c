/** Keeps two stacks off one data folder, and off each other's ports. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SetupError } from './config.ts';

const fileName = 'stack.pid';

/** Process id of the stack that runs on this folder, or null; what a killed one left behind does not count. */
export function runningStack(dataDir: string): number | null {
	try {
		const { pid, started } = JSON.parse(readFileSync(join(dataDir, fileName), 'utf8')) as Holder;
		return startOf(pid) === started ? pid : null;
	} catch {
		return null;
	}
}

/** A stack that was just killed may still be leaving; this long it is waited for. */
const leavingMs = 2_000;

/**
 * Takes the folder for this process; the returned function gives it back.
 * @throws SetupError when another stack runs on it.
 */
export async function lockDataFolder(
	dataDir: string,
	{ waitMs = leavingMs, whose = 'My Hibachi' } = {}
): Promise<() => void> {
	mkdirSync(dataDir, { recursive: true });
	const file = join(dataDir, fileName);
	const draft = `${file}.${process.pid}`;
	const until = Date.now() + waitMs;
	writeFileSync(draft, JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder));
	try {
		for (;;) {
			try {
				linkSync(draft, file); // Fails when the file exists, so that one of two starters wins.
				return () => rmSync(file, { force: true });
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			}
			const pid = runningStack(dataDir);
			if (pid === null) rmSync(file, { force: true });
			else if (Date.now() < until) await wait(100);
			else {
				throw new SetupError(
					`${whose} already runs on ${dataDir} (process ${pid}). Stop it, or name another folder in MYHIBACHI_DATA.`
				);
			}
		}
	} finally {
		rmSync(draft, { force: true });
	}
}

/** @throws SetupError naming the first port that something else listens on. */
export async function assertPortsFree(ports: [port: number, use: string][]): Promise<void> {
	for (const [port, use] of ports) {
		await new Promise<void>((resolve, reject) => {
			const probe = createServer();
			probe.once('error', (error: NodeJS.ErrnoException) =>
				reject(
					new SetupError(
						error.code === 'EADDRINUSE'
							? `Port ${port} (${use}) is taken. Stop what uses it, or set MYHIBACHI_PORT_BASE to another first port.`
							: `Port ${port} (${use}) can't be used: ${error.message}.`
					)
				)
			);
			probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
		});
	}
}

interface Holder {
	pid: number;
	/** Tells a process from a later one with the same id. */
	started: string | null;
}

/** When the process began, as the system counts it; empty where it can't be told, null when it is gone. */
function startOf(pid: number): string | null {
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
	}
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		const [, state, ...rest] = stat.slice(stat.lastIndexOf(')')).split(' ');
		return state === 'Z' ? null : (rest[18] ?? '');
	} catch {
		return ''; // macOS has no /proc.
	}
}
