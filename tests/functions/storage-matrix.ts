/**
 * Who may do what with the files of which bucket, declared once; asserted over the Storage API by storage-matrix.test.ts. A bucket
 * without a row fails there. Cells as in tests/db/matrix.ts: files of `all` stations, of the `own` one (for a chef and a customer:
 * the own file), `none`. Own is Fremont, other Sacramento.
 */
import { randomUUID } from 'node:crypto';
import { people, roles, type Reach, type Role, type Side } from '../db/matrix.ts';
import type { InProcessApi } from '../in-process-api.ts';

export const fileVerbs = ['read', 'list', 'insert', 'update', 'delete'] as const;
export type FileVerb = (typeof fileVerbs)[number];

export interface BucketRule {
	contentType: string;
	/** A name for a file of that side which is not stored yet, with the rows that say whose it is. */
	name: (db: InProcessApi['db'], side: Side) => Promise<string>;
	expected: Record<FileVerb, Record<Role, Reach>>;
}

const letters: Record<string, Reach> = { a: 'all', o: 'own', '-': 'none' };

/** One letter a role, in the order of `roles`: a(ll), o(wn), - none. */
function reach(line: string): Record<Role, Reach> {
	const words = line.split(' ');
	return Object.fromEntries(roles.map((role, index) => [role, letters[words[index] ?? ''] ?? 'none'])) as Record<
		Role,
		Reach
	>;
}

const nobody = reach('- - - - - - -');

export const bucketMatrix: Record<string, BucketRule> = {
	'chef-photos': {
		contentType: 'image/png',
		name: async (db, side) => `${await chefOf(db, side)}/${randomUUID()}.png`,
		expected: {
			read: reach('a a a o o - -'),
			list: reach('a a a o o - -'),
			insert: reach('a a - o o - -'),
			update: reach('a a - o o - -'),
			delete: reach('a a - o o - -')
		}
	},
	documents: {
		contentType: 'application/pdf',
		name: receiptOf,
		expected: {
			read: reach('a a a o - o -'),
			list: reach('a a a o - o -'),
			insert: nobody,
			update: nobody,
			delete: nobody
		}
	}
};

async function chefOf(db: InProcessApi['db'], side: Side): Promise<string> {
	const [chef] = await db.query<{ id: string }>(
		'select c.id from public.chefs c join auth.users u on u.id = c.user_id where u.email = $1',
		[side === 'own' ? people.chef : 'chef.sacramento@demo.test']
	);
	return chef?.id ?? '';
}

/** A receipt of a booking of that station: the demo customer's in Fremont, somebody else's in Sacramento. */
async function receiptOf(db: InProcessApi['db'], side: Side): Promise<string> {
	const name = `${randomUUID()}.pdf`;
	const [row] = await db.query<{ storage_path: string }>(
		`insert into public.documents (kind, number, booking_id, station_id, payment_ref, snapshot, total_cents, storage_path)
		select 'receipt', 'RCP-1999-' || lpad((1 + (select count(*) from public.documents))::text, 5, '0'), b.id, b.station_id, $3, '{}', 10000, $3
		from public.bookings b
		join public.stations s on s.id = b.station_id and s.slug = $1
		left join public.customers c on c.id = b.customer_id and c.user_id = (select id from auth.users where email = $2)
		where b.deleted_at is null and (c.id is not null) = ($1 = 'fremont')
		order by b.id limit 1
		returning storage_path`,
		[side === 'own' ? 'fremont' : 'sacramento', people.customer, name]
	);
	if (!row) throw new Error(`The demo has no booking for a receipt of ${side}.`);
	return row.storage_path;
}
