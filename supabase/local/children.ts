/** Processes that belong to the stack: started again when they die, ended with it. */
import { fork, type ChildProcess } from 'node:child_process';

export interface Child {
	close(): Promise<void>;
}

const graceMs = 4_000;
const longestWaitMs = 10_000;

/**
 * Runs a script until `close`. It gets the environment it is given and little else; when this process is killed the
 * channel to it breaks, by which it knows to leave. With `untilReady` it resolves at the child's first message.
 */
export async function startChild(
	name: string,
	script: string,
	args: string[],
	env: Record<string, string>,
	log: (line: string) => void,
	{ untilReady = false } = {}
): Promise<Child> {
	let child: ChildProcess;
	let timer: NodeJS.Timeout | undefined;
	let closing = false;
	let waitMs = 250;
	const ready = Promise.withResolvers<void>();

	const launch = () => {
		child = fork(script, args, {
			env: { ...inherited(), ...env },
			stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
			execArgv: []
		});
		child.once('message', () => {
			waitMs = 250;
			ready.resolve();
		});
		child.once('error', (error) => log(`${name} could not be started: ${error.message}`));
		child.once('exit', (code, signal) => {
			if (closing) return;
			log(`${name} ended (${signal ?? code}); starting it again.`);
			timer = setTimeout(launch, waitMs);
			waitMs = Math.min(waitMs * 2, longestWaitMs);
		});
	};
	launch();
	if (untilReady) await ready.promise;
	return {
		close: async () => {
			closing = true;
			clearTimeout(timer);
			await end(child);
		}
	};
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
	await gone;
	clearTimeout(timer);
}

/** What any process needs of ours; never our secrets. */
function inherited(): Record<string, string> {
	const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'NODE_OPTIONS', 'NO_COLOR', 'FORCE_COLOR'];
	return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
