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

/** For each app, when it can be served. */
export type Builds = Record<AppName, Promise<void>>;

/**
 * Builds what has changed since it was built, in a process of its own: this one may be busy filling a database. When a build
 * fails, the apps that are not built yet reject with SetupError.
 */
export function buildApps({ repoDir }: LocalConfig): Builds {
	const builds = { app: Promise.withResolvers<void>(), admin: Promise.withResolvers<void>() };
	const child = fork(join(import.meta.dirname, 'build.ts'), [repoDir], { execArgv: [] });
	child.on('message', (name) => builds[name as AppName].resolve());
	child.once('close', (code) => {
		for (const build of Object.values(builds)) {
			if (code === 0) build.resolve();
			else build.reject(new SetupError('The apps could not be built; why stands above.'));
		}
	});
	return { app: builds.app.promise, admin: builds.admin.promise };
}

/** Starts each app as soon as it is built, and resolves when both listen. The site is told of at once if the panel takes longer. */
export async function startApps(
	config: LocalConfig,
	mode: 'start' | 'dev',
	builds: Builds | undefined,
	log: (line: string) => void
): Promise<Child> {
	const waiting = new Set(presentApps(config.repoDir));
	const children = await Promise.all(
		[...waiting].map(async (name) => {
			await builds?.[name];
			waiting.delete(name);
			const child = await startChild(
				appTitles[name],
				join(import.meta.dirname, 'serve.ts'),
				[mode, name, String(config.ports[name])],
				{ ...appEnvironment(config), NODE_ENV: mode === 'dev' ? 'development' : 'production' },
				log,
				{ untilReady: true }
			);
			if (name === 'app' && waiting.size > 0)
				log(`The customer site is up at ${config.appUrl}; the admin panel is still being built.`);
			return child;
		})
	);
	return { close: async () => void (await Promise.all(children.map((child) => child.close()))) };
}
