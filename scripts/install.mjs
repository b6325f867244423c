// After "npm ci": makes the empty database that every new one starts from, so that the first start need not. An installation
// never fails of it: what is missing is made at the first start.
import { spawnSync } from 'node:child_process';

spawnSync('node', ['supabase/local/pglite-template.ts'], { stdio: 'ignore', timeout: 60_000 });
