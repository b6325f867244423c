/** Supabase's own advisors (`supabase db advisors`) on the migrated database: no warning and no error. */
import { hasSupabaseCli, supabaseCli } from '../../scripts/supabase-cli.ts';

interface Finding {
	name: string;
	level: string;
	detail: string;
	metadata?: { schema?: string };
}

/** Null where the CLI has no binary for this machine. Leaves out the schema that pg-boss owns. */
export async function checkAdvisors(url: string): Promise<{ passed: number; failures: string[] } | null> {
	if (!hasSupabaseCli) return null;
	const target = new URL(url);
	target.searchParams.set('sslmode', 'disable');
	const { stdout } = await supabaseCli([
		'db',
		'advisors',
		`--remote=${target.href}`,
		'--type',
		'all',
		'--level',
		'warn',
		'--fail-on',
		'none'
	]);
	const list = stdout.indexOf('[');
	const findings = (list < 0 ? [] : (JSON.parse(stdout.slice(list)) as Finding[])).filter(
		({ metadata }) => metadata?.schema !== 'pgboss'
	);
	return {
		passed: findings.length ? 0 : 1,
		failures: findings.map(({ level, name, detail }) => `not ok - ${level} ${name}: ${detail}`)
	};
}
