import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';

const chefRow = z.object({ id: z.string(), staff: z.nullable(z.object({ name: z.string() })) });
const reservation = z.object({ chef_id: z.string(), booking_id: z.string(), event_at: z.string(), period: z.string() });

/** A chef of the station, and whether this booking's time is theirs to give. */
export interface Candidate {
	id: string;
	name: string;
	/** Events of theirs within three days before and after. */
	load: number;
	/** The booking that takes the time; null where no other does. */
	busyWith: string | null;
}

export interface Period {
	from: number;
	to: number;
}

/** `["2026-12-13 00:30:00+00","2026-12-13 06:30:00+00")` as milliseconds; null for what is no bounded range. */
export function readPeriod(range: string): Period | null {
	const [, from, to] = /^[[(]"?([^",]+)"?,"?([^",]+)"?[\])]$/.exec(range) ?? [];
	const instant = (text: string | undefined) =>
		Date.parse((text ?? '').replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
	const period = { from: instant(from), to: instant(to) };
	return Number.isNaN(period.from) || Number.isNaN(period.to) ? null : period;
}

export function overlap(a: Period, b: Period): boolean {
	return a.from < b.to && b.from < a.to;
}

const spanMs = 3 * 86_400_000;

/** The chefs of a station as candidates for a booking: free ones first, the least busy first among them. */
export async function readCandidates(
	api: Api,
	booking: { id: string; station_id: string; event_at: string }
): Promise<Candidate[]> {
	const at = Date.parse(booking.event_at);
	const near = (ms: number) => new Date(at + ms).toISOString();
	const [chefs, taken] = await Promise.all([
		api.from('chefs').select('id, staff(name)').eq('station_id', booking.station_id).eq('active', true),
		api
			.from('chef_reservations')
			.select('chef_id, booking_id, event_at, period')
			.eq('station_id', booking.station_id)
			.is('released_at', null)
			.gte('event_at', near(-spanMs))
			.lte('event_at', near(spanMs))
	]);
	const reservations = z.array(reservation).parse(dataOf(taken));
	const own = readPeriod(reservations.find(({ booking_id }) => booking_id === booking.id)?.period ?? '') ?? {
		from: at - 90 * 60_000,
		to: at + 210 * 60_000
	};
	const candidates = z
		.array(chefRow)
		.parse(dataOf(chefs))
		.map(({ id, staff }): Candidate => {
			const theirs = reservations.filter(({ chef_id, booking_id }) => chef_id === id && booking_id !== booking.id);
			const busy = theirs.find(({ period }) => overlap(readPeriod(period) ?? own, own));
			return { id, name: staff?.name ?? 'Chef', load: theirs.length, busyWith: busy?.booking_id ?? null };
		});
	return candidates.sort(
		(a, b) =>
			Number(a.busyWith !== null) - Number(b.busyWith !== null) || a.load - b.load || a.name.localeCompare(b.name)
	);
}
