import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cutFonts } from './fonts.ts';

test('the fonts are what `npm run fonts` writes', async () => {
	const cut = await cutFonts();
	expect(cut.size).toBe(2);
	for (const [file, font] of cut) expect((await readFile(file)).equals(font), file).toBe(true);
});
