import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../..', file), 'utf8'));

it('functions/deno.json names the versions of package.json, so that hosted and local functions run the same', () => {
	const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
	const { imports } = read('functions/deno.json') as { imports: Record<string, string> };
	const pinned = Object.values(imports).flatMap((target) => {
		const [, name, version] = /^npm:\/?((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(target) ?? [];
		return name ? [{ name, version }] : [];
	});
	expect(pinned.length).toBeGreaterThan(0);
	for (const { name, version } of pinned) {
		expect(version, name).toBe({ ...devDependencies, ...dependencies }[name]);
	}
});
