/** Supabase's own advisors (`supabase db advisors`) on the migrated database: no warning and no error. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const cli = join(import.meta.dirname, '../../node_modules/@supabase/cli-linux-x64/bin/supabase');

interface Finding {
	name: string;
	level: string;
	detail: string;
	metadata?: { schema?: string };
}

/** Null where the CLI has no binary for this machine. Leaves out the schema that pg-boss owns. */
export async function checkAdvisors(url: string): Promise<{ passed: number; failures: string[] } | null> {
	if (!existsSync(cli)) return null;
	const target = new URL(url);
	target.searchParams.set('sslmode', 'disable');
	const { stdout } = await promisify(execFile)(
		cli,
		['db', 'advisors', `--remote=${target.href}`, '--type', 'all', '--level', 'warn', '--fail-on', 'none'],
		{ env: { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1' }, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 }
	);
	const list = stdout.indexOf('[');
	const findings = (list < 0 ? [] : (JSON.parse(stdout.slice(list)) as Finding[])).filter(
		({ metadata }) => metadata?.schema !== 'pgboss'
	);
	return {
		passed: findings.length ? 0 : 1,
		failures: findings.map(({ level, name, detail }) => `not ok - ${level} ${name}: ${detail}`)
	};
}
