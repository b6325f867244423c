/**
 * Cuts the site's two fonts down to what its pages use: western letters, and of their weights one for headings and 400 to 700 for
 * text. They are half as large then, so a phone on a slow line has them sooner.
 *   npm run fonts    writes ui/fonts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import subsetFont from 'subset-font';

const repo = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

/** The `unicode-range` of both in ui/tokens.css, which is Google Fonts' "latin". */
const ranges: readonly (readonly [number, number])[] = [
	[0x20, 0x7e],
	[0xa0, 0xff],
	[0x131, 0x131],
	[0x152, 0x153],
	[0x2bb, 0x2bc],
	[0x2c6, 0x2c6],
	[0x2da, 0x2da],
	[0x2dc, 0x2dc],
	[0x2000, 0x206f],
	[0x20ac, 0x20ac],
	[0x2122, 0x2122],
	[0x2191, 0x2191],
	[0x2193, 0x2193],
	[0x2212, 0x2212],
	[0x2215, 0x2215]
];
const letters = ranges
	.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, n) => String.fromCodePoint(from + n)))
	.join('');

const fonts = [
	{ name: 'inter', wght: { min: 400, max: 700, default: 400 } },
	{ name: 'fraunces', wght: 620 }
] as const;

/** The cut fonts as WOFF2, by their file in ui/fonts; the same bytes each time. */
export async function cutFonts(): Promise<Map<string, Buffer>> {
	const cut = new Map<string, Buffer>();
	for (const { name, wght } of fonts) {
		const whole = await readFile(require.resolve(`@fontsource-variable/${name}/files/${name}-latin-wght-normal.woff2`));
		const font = await subsetFont(whole, letters, { targetFormat: 'woff2', variationAxes: { wght } });
		cut.set(join(repo, 'ui/fonts', `${name}.woff2`), font);
	}
	return cut;
}

if (import.meta.main) {
	for (const [file, font] of await cutFonts()) await writeFile(file, font);
}
