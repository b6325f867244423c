/** The customer site and the admin panel beside the stack: built when their sources changed, one process each. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startChild, type Child } from './children.ts';
import { appEnvironment, SetupError, type LocalConfig } from './config.ts';

export const appNames = ['app', 'admin'] as const;
export type AppName = (typeof appNames)[number];
export const appTitles: Record<AppName, string> = { app: 'The customer site', admin: 'The admin panel' };

/** The apps that have sources yet. */
export function presentApps(repoDir: string): AppName[] {
	return appNames.filter((name) => existsSync(join(repoDir, name, 'vite.config.ts')));
}

/**
 * Builds what has changed since it was built, in a process of its own: this one may be busy filling a database.
 * @throws SetupError when a build fails.
 */
export async function buildApps({ repoDir }: LocalConfig): Promise<void> {
	const child = fork(join(import.meta.dirname, 'build.ts'), [repoDir], { execArgv: [] });
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	if (code !== 0) throw new SetupError('The apps could not be built; why stands above.');
}

/** Starts both apps and resolves when they listen; in `start` they must be built. */
export async function startApps(
	config: LocalConfig,
	mode: 'start' | 'dev',
	log: (line: string) => void
): Promise<Child> {
	const children = await Promise.all(
		presentApps(config.repoDir).map((name) =>
			startChild(
				appTitles[name],
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
