import { error, redirect } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { action, invalid } from '#admin/platform/action.server.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { saveEdit } from '#admin/platform/edit.server.ts';
import { Route } from '#admin/platform/routes.ts';
import { formatClock, localTime } from '#shared/platform/time.ts';
import {
	keepTheirTime,
	readStationFields,
	slugOf,
	stationDetail,
	stationDetailSelect,
	stationFieldNames,
	stationFields,
	touchesBookings,
	type StationDetail
} from './fields.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const place = z.nullable(z.object({ city: z.string(), state: z.string() }));

/** The stations that one may see, by name. */
export async function readStations(api: Api): Promise<StationDetail[]> {
	const answer = await api.from('stations').select(stationDetailSelect).is('deleted_at', null).order('name');
	return z.array(stationDetail).parse(dataOf(answer)).map(inOrder);
}

/** One station, or the 404 page. */
export async function readStation(api: Api, id: string): Promise<StationDetail> {
	const row = uuid.test(id)
		? dataOf(await api.from('stations').select(stationDetailSelect).eq('id', id).is('deleted_at', null).maybeSingle())
		: null;
	if (!row) error(404, { code: 'NOT_FOUND', message: 'There is no such station, or it is not yours to see.' });
	return inOrder(stationDetail.parse(row));
}

/** The town of a ZIP code: `Fremont, CA`; null for one that we do not know. */
export async function readPlace(api: Api, zip: string): Promise<string | null> {
	const found = place.parse(dataOf(await api.from('zip_codes').select('city, state').eq('zip', zip).maybeSingle()));
	return found && `${found.city}, ${found.state}`;
}

const coming = z.array(z.object({ event_at: z.string(), timezone: z.string() }));

/** When the station's coming bookings begin, on its clock: `18:00`, one for each. */
export async function readComing(api: Api, id: string): Promise<string[]> {
	const answer = await api
		.from('bookings')
		.select('event_at, timezone')
		.eq('station_id', id)
		.in('status', ['pending', 'confirmed'])
		.gte('event_at', new Date().toISOString())
		.order('event_at')
		.limit(1000);
	return coming.parse(dataOf(answer)).map(({ event_at, timezone }) => localTime(event_at, timezone));
}

export const stationActions = {
	edit: action('edit', ['stations.write'], async (work) => {
		const { api, event, field } = work;
		const id = event.params.id ?? '';
		let before: Record<string, string> = {};
		const { changed } = await saveEdit(
			work,
			stationFieldNames,
			async () => {
				const station = await readStation(api, id);
				before = stationFields(station);
				return { version: station.version, fields: before };
			},
			async (fields, version) => {
				const { values, problems } = readStationFields(fields, before);
				if (Object.keys(problems).length) throw invalid(problems);
				if (field('confirm') === '' && touchesBookings.some((name) => name in fields)) {
					const { length } = await readComing(api, id);
					if (length) throw invalid({ confirm: `${keepTheirTime(length)}. Tick the box below, then save again.` });
				}
				const answer = await api.from('stations').update(values).eq('id', id).eq('version', version).select('id');
				return (dataOf(answer) as unknown[]).length > 0;
			}
		);
		return { done: changed ? 'Saved. It holds for new bookings from now on.' : 'Nothing was different.' };
	}),

	addTime: action('addTime', ['stations.write'], async ({ api, event, field }) => {
		const time = field('time').slice(0, 5);
		if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) throw invalid({ time: 'Enter a time of day, like 18:00.' });
		const answer = await api.from('station_start_times').insert({ station_id: event.params.id, start_time: time });
		if (answer.error?.code === '23505') throw invalid({ time: 'Events start at that time already.' });
		dataOf(answer);
		return {
			done: `Events can start at ${formatClock(time)}.`,
			undo: { label: 'Undo', action: 'removeTime', fields: { time } }
		};
	}),

	removeTime: action('removeTime', ['stations.write'], async ({ api, event, field }) => {
		const id = event.params.id ?? '';
		const time = field('time').slice(0, 5);
		const kept = (await readComing(api, id)).filter((start) => start === time).length;
		const answer = await api
			.from('station_start_times')
			.delete()
			.eq('station_id', id)
			.eq('start_time', time)
			.select('start_time');
		if ((dataOf(answer) as unknown[]).length === 0) throw invalid({ time: 'That time is gone already.' });
		return {
			done: `No new events at ${formatClock(time)}.${kept ? ` ${keepTheirTime(kept)}.` : ''}`,
			undo: { label: 'Undo', action: 'addTime', fields: { time } }
		};
	})
};

/** The list's action: a new station takes no bookings until somebody says so. */
export const openStation = action('open', ['stations.write'], async ({ api, field }) => {
	const typed = { name: field('name'), base_zip: field('base_zip'), timezone: field('timezone') };
	const { values, problems } = readStationFields(typed);
	const slug = slugOf(typed.name);
	if (slug.length < 2 && !problems.name) problems.name = 'Enter a name with at least two letters.';
	if (Object.keys(problems).length) throw invalid(problems);
	// Nothing is asked back with the insert: which stations one may read is known only after it.
	const answer = await api.from('stations').insert({ ...values, slug, active: false });
	if (answer.error?.code === '23505') throw invalid({ name: 'There is a station of that name already.' });
	dataOf(answer);
	const made = dataOf(await api.from('stations').select('id').eq('slug', slug).is('deleted_at', null).single());
	redirect(303, Route.station(z.object({ id: z.string() }).parse(made).id));
});

function inOrder(station: StationDetail): StationDetail {
	return { ...station, start_times: station.start_times.toSorted((a, b) => (a.start_time < b.start_time ? -1 : 1)) };
}
