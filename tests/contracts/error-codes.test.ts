import { glob, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '#shared/errors.ts';

const repo = join(import.meta.dirname, '../..');
const register = await readFile(join(repo, 'docs/error_codes.md'), 'utf8');
const documented = Object.fromEntries(
	[...register.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)])
);

async function raised(): Promise<{ code: string; status: number; file: string }[]> {
	const folder = join(repo, 'migrations');
	const files = (await readdir(folder)).filter((name) => name.endsWith('.sql'));
	const found = await Promise.all(
		files.map(async (file) => {
			const sql = await readFile(join(folder, file), 'utf8');
			return [
				...sql.matchAll(
					/private\.(?:refuse|fail|refusal)\(\s*(?:p_code\s*=>\s*)?'([A-Z_]+)',\s*(?:p_status\s*=>\s*)?(\d{3})/g
				)
			].map(([, code = '', status]) => ({ code, status: Number(status), file }));
		})
	);
	return found.flat();
}

describe('the register of error codes', () => {
	it('is the same in the document and in TypeScript', () => {
		expect(documented).toEqual(errorCodes);
	});

	it('has every code that the SQL raises, with the status it raises it with', async () => {
		const inSql = await raised();
		expect(inSql.length).toBeGreaterThan(5);
		for (const { code, status, file } of inSql)
			expect(errorCodes[code as keyof typeof errorCodes], `${code} in ${file}`).toBe(status);
	});

	it('has no code that nothing raises', async () => {
		const raising: string[] = [];
		for (const pattern of ['migrations/*.sql', 'functions/*/handler.ts', 'functions/_shared/platform/*.ts'])
			for await (const file of glob(pattern, { cwd: repo })) raising.push(await readFile(join(repo, file), 'utf8'));
		const text = raising.join('\n');
		expect(Object.keys(errorCodes).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
	});
});
