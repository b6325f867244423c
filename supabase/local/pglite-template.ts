/**
 * `initdb` takes PGlite six seconds of a processor; the empty cluster that it makes is always the same. The first one is
 * kept in node_modules/.cache, and every database after it starts from that file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';

const modules = join(import.meta.dirname, '../../node_modules');

/** `node supabase/local/pglite-template.ts`, run when the project is installed: makes the cluster, unless it is there. */
if (import.meta.main && !existsSync(templateFile())) {
	const { PGlite } = await import('@electric-sql/pglite');
	const pglite = await PGlite.create();
	await keepTemplate(pglite);
	await pglite.close();
}

/** The kept cluster for the installed PGlite, or null before the first. */
export async function readTemplate(): Promise<Blob | null> {
	const file = templateFile();
	return existsSync(file) ? new Blob([new Uint8Array(await readFile(file))]) : null;
}

/** Keeps a cluster that nothing was done to yet. Costs nothing but time when the folder can't be written. */
export async function keepTemplate(pglite: PGlite): Promise<void> {
	const file = templateFile();
	const draft = `${file}.${process.pid}`;
	try {
		await pglite.exec('checkpoint');
		const dump = await pglite.dumpDataDir('none');
		await mkdir(dirname(file), { recursive: true });
		await writeFile(draft, new Uint8Array(await dump.arrayBuffer()));
		await rename(draft, file);
	} catch {
		await rm(draft, { force: true });
	}
}

function templateFile(): string {
	const manifest = readFileSync(join(modules, '@electric-sql/pglite/package.json'), 'utf8');
	const { version } = JSON.parse(manifest) as { version: string };
	return join(modules, '.cache/myhibachi', `pglite-${version}.tar`);
}
