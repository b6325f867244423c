/** The people of the demo: they exist in the local stack only, and all have the same password. */
import type { Database } from './database.ts';

export interface DemoAccount {
	email: string;
	password: string;
	/** As the panel names it; `customer` has no role in the database. */
	role: string;
}

const password = 'hibachi-demo';

export const demoAccounts: DemoAccount[] = [
	{ email: 'super_admin@demo.test', password, role: 'super_admin' },
	{ email: 'admin@demo.test', password, role: 'admin' },
	{ email: 'support@demo.test', password, role: 'customer_support' },
	{ email: 'manager.fremont@demo.test', password, role: 'station_manager' },
	{ email: 'manager.sacramento@demo.test', password, role: 'station_manager' },
	{ email: 'chef.fremont@demo.test', password, role: 'chef' },
	{ email: 'chef.sacramento@demo.test', password, role: 'chef' },
	{ email: 'customer@demo.test', password, role: 'customer' }
];

/**
 * Makes the sign-ins, with their e-mail confirmed, as the auth server stores them; leaves those that exist alone.
 * Seed files then find them in `auth.users` by e-mail and give them staff rows and roles.
 */
export async function createDemoUsers(db: Database, accounts = demoAccounts): Promise<void> {
	const [row] = await db.query<{ count: number }>(
		'select count(*)::int as count from auth.users where email = any($1::text[])',
		[accounts.map(({ email }) => email)]
	);
	if (row?.count === accounts.length) return;
	await db.transaction(async (query) => {
		for (const { email, password: secret } of accounts) {
			await query(
				`with made as (
					insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at,
						raw_app_meta_data, raw_user_meta_data)
					values (gen_random_uuid(), 'authenticated', 'authenticated', $1,
						extensions.crypt($2, extensions.gen_salt('bf', 10)), now(),
						'{"provider":"email","providers":["email"]}', '{}')
					on conflict do nothing
					returning id, email
				)
				insert into auth.identities (id, provider, provider_id, user_id, identity_data)
				select gen_random_uuid(), 'email', made.id::text, made.id,
					jsonb_build_object('sub', made.id, 'email', made.email, 'email_verified', true, 'phone_verified', false)
				from made`,
				[email, secret]
			);
		}
	});
}
