/** Which functions there are, where each starts, and whether a request needs a verified JWT: config.toml, else the folder. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'smol-toml';

export interface FunctionEntry {
	name: string;
	/** File URL of the module that calls Deno.serve. */
	entrypoint: string;
	verifyJwt: boolean;
	enabled: boolean;
}

/** As on hosted Supabase a name is letters, digits, - and _; a leading _ marks what is shared and isn't a function. */
const functionName = /^[A-Za-z0-9][\w-]*$/;

/** The function of that name, or null. An edit of config.toml counts at once. */
export function findFunction(name: string, configFile: string, functionsDir: string): FunctionEntry | null {
	if (!functionName.test(name)) return null;
	const section = sections(configFile)[name] ?? {};
	const entrypoint =
		typeof section.entrypoint === 'string'
			? new URL(section.entrypoint, pathToFileURL(configFile))
			: pathToFileURL(join(functionsDir, name, 'index.ts'));
	try {
		if (!Deno.statSync(entrypoint).isFile) return null;
	} catch {
		return null;
	}
	return {
		name,
		entrypoint: entrypoint.href,
		verifyJwt: section.verify_jwt !== false,
		enabled: section.enabled !== false
	};
}

type Sections = Record<string, Record<string, unknown>>;
let read: { file: string; changed: number | undefined; sections: Sections } | undefined;

function sections(configFile: string): Sections {
	const changed = Deno.statSync(configFile).mtime?.getTime();
	if (!read || read.file !== configFile || read.changed !== changed) {
		const { functions = {} } = parse(Deno.readTextFileSync(configFile)) as { functions?: Sections };
		read = { file: configFile, changed, sections: functions };
	}
	return read.sections;
}
