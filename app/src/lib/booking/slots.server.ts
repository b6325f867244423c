import type { Supabase } from '#kit/server/supabase.ts';
import { slots, stationForZip, type Slot, type StationForZip } from '#shared/booking/schema.ts';
import { monthRange, type Month } from '#shared/booking/calendar.ts';
import type { SiteCatalog } from '#shared/catalog/schema.ts';
import { rpcAs } from '../platform/rpc.server.ts';
import type { Failure } from '../platform/rpc.ts';

/** The calendar of a ZIP for one month, as the first render shows it. */
export interface MonthOfSlots {
	zip: string;
	month: Month;
	slots: Slot[];
	station: StationForZip | null;
	refusal: Failure | null;
}

/** The clock that days are meant on before a station is known: all of ours are on one so far. */
export function homeTimezone({ stations }: Pick<SiteCatalog, 'stations'>): string {
	return stations[0]?.timezone ?? 'America/Los_Angeles';
}

/** Start times around a ZIP in a month, and the station that serves it. */
export async function monthOfSlots(client: Supabase, zip: string, month: Month): Promise<MonthOfSlots> {
	const { from, to } = monthRange(month);
	const [times, station] = await Promise.all([
		rpcAs(client, 'available_slots', { p_zip: zip, p_from: from, p_to: to }, slots),
		rpcAs(client, 'station_for_zip', { p_zip: zip }, stationForZip)
	]);
	const refusal = times.ok ? (station.ok ? null : station.refusal) : times.refusal;
	return { zip, month, slots: times.ok ? times.data : [], station: station.ok ? station.data : null, refusal };
}
