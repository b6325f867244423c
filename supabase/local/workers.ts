/** The same job workers as in production: in this process on PGlite, in one of their own on PostgreSQL. */
import { join } from 'node:path';
import { startJobs } from '../../jobs/index.ts';
import { startChild, type Child } from './children.ts';
import { stripeEnvironment, type LocalConfig } from './config.ts';
import type { LocalDatabase } from './database.ts';
import { simulatedMeta } from './simulators/meta.ts';

/** Does nothing before the migration that makes the queues. */
export async function startWorkers(
	config: LocalConfig,
	db: LocalDatabase,
	log: (line: string) => void
): Promise<Child> {
	const [queues] = await db.query<{ made: boolean }>(`select to_regnamespace('pgboss') is not null as made`);
	if (!queues?.made) return { close: async () => undefined };
	const { appUrl, adminUrl, smtpUrl } = config;
	const from = 'My Hibachi <hello@myhibachi.test>';
	const whatsapp = { ...simulatedMeta, apiUrl: `${config.apiUrl}/_simulators/meta` };
	const storage = { apiUrl: config.apiUrl, secretKey: config.keys.secret };
	if (db.kind === 'postgres') {
		const env = { DATABASE_URL: db.url, SMTP_URL: smtpUrl, MAIL_FROM: from, APP_URL: appUrl, ADMIN_URL: adminUrl };
		Object.assign(env, {
			SUPABASE_URL: storage.apiUrl,
			SUPABASE_SECRET_KEY: storage.secretKey,
			WHATSAPP_API_URL: whatsapp.apiUrl,
			WHATSAPP_PHONE_NUMBER_ID: whatsapp.phoneNumberId,
			WHATSAPP_ACCESS_TOKEN: whatsapp.accessToken,
			WHATSAPP_ADMIN_NUMBERS: whatsapp.adminNumbers.join(','),
			...stripeEnvironment(config.stripe)
		});
		return startChild('The job worker', join(import.meta.dirname, 'work.ts'), [], env, log);
	}
	const jobs = await startJobs({
		pglite: db.pglite,
		db,
		mail: { smtpUrl, from },
		appUrl,
		adminUrl,
		whatsapp,
		storage,
		stripe: config.stripe,
		log
	});
	return { close: () => jobs.stop() };
}
