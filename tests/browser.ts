import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Browser {
	/** Undefined: let Playwright use the browser it installed itself. */
	executablePath: string | undefined;
	env: Record<string, string>;
	args: string[];
}

/**
 * The one browser that tests and screenshots use: Chromium with its own libraries and font from npm, so that a picture is
 * the same on every Linux x64 machine and nothing needs root. Elsewhere: Playwright's own (`npx playwright install chromium`).
 */
export async function browser(): Promise<Browser> {
	const inherited = Object.fromEntries(
		Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
	);
	if (process.platform !== 'linux' || process.arch !== 'x64')
		return { executablePath: undefined, env: inherited, args: [] };

	const home = await unpacked();
	return {
		executablePath: join(home, 'chromium'),
		env: {
			...inherited,
			LD_LIBRARY_PATH: join(home, 'al2023/lib'),
			// Their own configuration names /tmp/fonts; without a font the browser crashes.
			FONTCONFIG_FILE: join(home, 'fonts.conf')
		},
		args: ['--no-sandbox', '--disable-setuid-sandbox', '--font-render-hinting=none', '--disable-lcd-text']
	};
}

/** Unpacks once per version, beside node_modules' other caches; safe when two test processes start together. */
async function unpacked(): Promise<string> {
	const repo = join(import.meta.dirname, '..');
	const manifest = join(repo, 'node_modules/@sparticuz/chromium/package.json');
	const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
	const caches = join(repo, 'node_modules/.cache');
	const home = join(caches, `chromium-${version}`);
	if (existsSync(join(home, 'fonts.conf'))) return home;

	mkdirSync(caches, { recursive: true });
	const folder = mkdtempSync(join(caches, 'chromium-unpacking-'));
	// The package reads these when it is imported and when it unpacks; the servers that tests start must not inherit them.
	const before = { ...process.env };
	process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs22.x';
	process.env.TMPDIR = folder;
	try {
		const { default: chromium } = await import('@sparticuz/chromium');
		await chromium.executablePath();
	} finally {
		for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
		Object.assign(process.env, before);
	}
	const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(home, 'fonts')}</dir><cachedir>${join(home, 'font-cache')}</cachedir></fontconfig>\n`;
	writeFileSync(join(folder, 'fonts.conf'), fonts);
	try {
		renameSync(folder, home);
	} catch (error) {
		// Another process was quicker; its copy is as good as ours.
		rmSync(folder, { recursive: true, force: true });
		if (!existsSync(join(home, 'fonts.conf'))) throw error;
	}
	return home;
}
