import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const repo = join(import.meta.dirname, '..');
const packaged = join(repo, 'node_modules/@supabase/cli-linux-x64/bin/supabase');

/** Whether the lockfile brought a CLI for this machine (Linux x64). */
export const hasSupabaseCli = existsSync(packaged);

/** Runs the Supabase CLI of the lockfile (Linux x64; elsewhere the one on the PATH) and gives what it printed. */
export function supabaseCli(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
	const program = hasSupabaseCli ? packaged : 'supabase';
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd: repo, env: { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1' } });
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
		child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
		child.once('error', reject);
		child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
	});
}
