/** The API of the local stack in this process (REST, auth, storage, Realtime), migrated and with the demo's data, on a free port. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { localConfig, type LocalConfig } from '../supabase/local/config.ts';
import { openDatabase, type LocalDatabase } from '../supabase/local/database.ts';
import { createGateway } from '../supabase/local/gateway.ts';
import { createRealtime, withoutRateLimits } from '../supabase/local/realtime/index.ts';
import { startLite } from '../supabase/local/lite.ts';
import { prepareDatabase } from '../supabase/local/stack.ts';

/** PGlite, and native PostgreSQL where TEST_DATABASE_URL names one. */
export const backends = ['pglite', ...(process.env.TEST_DATABASE_URL ? (['postgres'] as const) : [])] as const;
export type Backend = (typeof backends)[number];

export interface InProcessApi {
	url: string;
	config: LocalConfig;
	db: LocalDatabase;
	/** The official client: of a visitor, of whoever the token belongs to, or with the secret key. */
	client(who?: { token: string } | 'service'): SupabaseClient;
	/** Signs a demo account in and gives its access token. */
	signIn(email: string): Promise<string>;
	stop(): Promise<void>;
}

/** Takes some seconds: migrates and seeds a database of its own, which `stop` removes. */
export async function startInProcessApi(backend: Backend = 'pglite'): Promise<InProcessApi> {
	const dataDir = await mkdtemp(join(tmpdir(), 'myhibachi-api-'));
	const native = backend === 'postgres' ? await nativeDatabase(process.env.TEST_DATABASE_URL ?? '') : null;
	const config = localConfig({
		MYHIBACHI_DATA: dataDir,
		MYHIBACHI_RATE_LIMITS: 'off',
		...(native && { DATABASE_URL: native.url })
	});
	const db = await openDatabase(config);
	await prepareDatabase(db, config);
	const lite = await startLite(config, db);
	const { jwtSecret, publishable: publishableKey, secret: secretKey } = config.keys;
	const realtime = await createRealtime({
		db,
		jwtSecret,
		publishableKey,
		secretKey,
		limits: { ...withoutRateLimits, errorDelayMs: 0 },
		log: () => undefined
	});
	const server = createGateway({ lite, realtime, isReady: async () => true });
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	const client: InProcessApi['client'] = (who) =>
		createClient(url, who === 'service' ? config.keys.secret : config.keys.publishable, {
			auth: { persistSession: false, autoRefreshToken: false },
			...(typeof who === 'object' && { accessToken: () => Promise.resolve(who.token) })
		});
	return {
		url,
		config,
		db,
		client,
		signIn: async (email) => {
			const { data, error } = await client().auth.signInWithPassword({ email, password: 'hibachi-demo' });
			if (error) throw error;
			return data.session.access_token;
		},
		stop: async () => {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
			await realtime.close();
			await lite.close();
			await db.close();
			await native?.drop();
			await rm(dataDir, { recursive: true, force: true });
		}
	};
}

async function nativeDatabase(adminUrl: string): Promise<{ url: string; drop: () => Promise<void> }> {
	const name = `myhibachi_api_${process.pid}_${Math.floor(Math.random() * 1e6)}`;
	const admin = new pg.Client(adminUrl);
	await admin.connect();
	await admin.query(`create database ${name}`);
	return {
		url: Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href,
		drop: async () => {
			await admin.query(`drop database ${name} with (force)`);
			await admin.end();
		}
	};
}
