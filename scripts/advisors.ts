/** `supabase db advisors` on a freshly migrated database: prints what it finds and fails on anything at warning level or above. */
import { scratchServer, withScratchDatabase } from './scratch-database.ts';
import { supabaseCli } from './supabase-cli.ts';

const { code, stdout, stderr } = await withScratchDatabase(scratchServer(), { seeded: false }, (url) =>
	supabaseCli(['db', 'advisors', `--remote=${url}?sslmode=disable`, '--level', 'warn', '--fail-on', 'warn'])
);
console.info(stdout.trim() || stderr.trim());
process.exit(code);
