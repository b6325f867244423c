/** Writes what the environment decides into `private.settings`, where SQL reads it; undone when it is unset again. */
import { createHash } from 'node:crypto';
import { metricsToken, type LocalConfig } from './config.ts';
import type { Database } from './database.ts';

/** Does nothing before the foundations migration has made the table. */
export async function writeSettings(
	db: Database,
	config: Pick<LocalConfig, 'rateLimits' | 'features'> & Partial<Pick<LocalConfig, 'firstSuperAdmin' | 'keys'>>
): Promise<void> {
	const [table] = await db.query<{ found: boolean }>(`select to_regclass('private.settings') is not null as found`);
	if (!table?.found) return;
	await db.transaction(async (query) => {
		await query(`delete from private.settings where key like 'feature.%' or key = 'first_super_admin_email'`);
		const settings: [string, string][] = [
			['rate_limits', config.rateLimits],
			...(config.keys
				? [['metrics_token_sha256', sha256(metricsToken({ keys: config.keys }))] as [string, string]]
				: []),
			...(config.firstSuperAdmin ? [['first_super_admin_email', config.firstSuperAdmin] as [string, string]] : []),
			...Object.entries(config.features).map(([key, on]): [string, string] => [`feature.${key}`, String(on)])
		];
		for (const [key, value] of settings) {
			await query(
				`insert into private.settings (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value`,
				[key, value]
			);
		}
	});
}

function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
