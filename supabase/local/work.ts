/** The job workers as a child of the stack: what `node jobs/index.ts` does, and it leaves when the stack is gone. */
import { setPriority } from 'node:os';
import { startJobs } from '../../jobs/index.ts';

process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole group; the stack ends us when it is done itself.

setPriority(10); // On one machine with everything else: whoever waits for a page goes first.
const env = (name: string) => process.env[name] ?? '';
const running = await startJobs({
	connectionString: env('DATABASE_URL'),
	mail: { smtpUrl: env('SMTP_URL'), from: env('MAIL_FROM') },
	appUrl: env('APP_URL'),
	adminUrl: env('ADMIN_URL')
});
process.send?.('ready');
process.once('SIGTERM', () => void running.stop().finally(() => process.exit()));
