import { error } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { action, invalid } from '#admin/platform/action.server.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { addDays } from '#shared/platform/time.ts';
import { assignments } from './assignments.ts';
import { rosterChef, rosterSelect, type RosterChef } from './chef-roster.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const taken = z.array(z.object({ chef_id: z.string() }));
const loadDays = 14;

/** The chefs of a station, or of all that one may see, with their events of the next two weeks. */
export async function readRoster(api: Api, stationId: string | null): Promise<(RosterChef & { load: number })[]> {
	const until = new Date(Date.now() + loadDays * 86_400_000).toISOString();
	let chefs = api.from('chefs').select(rosterSelect);
	if (stationId) chefs = chefs.eq('station_id', stationId);
	const [rows, reservations] = await Promise.all([
		chefs.limit(500),
		api
			.from('chef_reservations')
			.select('chef_id')
			.is('released_at', null)
			.gte('event_at', new Date().toISOString())
			.lt('event_at', until)
			.limit(5000)
	]);
	const events = Object.groupBy(taken.parse(dataOf(reservations)), ({ chef_id }) => chef_id);
	return z
		.array(rosterChef)
		.parse(dataOf(rows))
		.map((chef) => ({ ...chef, load: events[chef.id]?.length ?? 0 }))
		.sort((a, b) => (a.staff?.name ?? '').localeCompare(b.staff?.name ?? ''));
}

const startTime = z.object({ station_id: z.string(), start_time: z.string() });

/** When events of the stations start, `HH:MM` by station. */
export async function readStartTimes(api: Api): Promise<Record<string, string[]>> {
	const answer = await api.from('station_start_times').select('station_id, start_time').order('start_time');
	const times: Record<string, string[]> = {};
	for (const { station_id, start_time } of z.array(startTime).parse(dataOf(answer)))
		(times[station_id] ??= []).push(start_time.slice(0, 5));
	return times;
}

/** One chef, or the 404 page. */
export async function readChef(api: Api, id: string): Promise<RosterChef> {
	const row = uuid.test(id) ? dataOf(await api.from('chefs').select(rosterSelect).eq('id', id).maybeSingle()) : null;
	if (!row) error(404, { code: 'NOT_FOUND', message: 'There is no such chef, or they work for another station.' });
	return rosterChef.parse(row);
}

const monthEvents = z.array(z.object({ id: z.string(), event_at: z.string(), timezone: z.string() }));

/** A chef's events around a month: the office reads bookings, a chef the own assignments. */
export async function readMonthEvents(
	api: Api,
	chefId: string,
	days: { from: string; to: string },
	office: boolean
): Promise<z.infer<typeof monthEvents>> {
	if (!office) {
		const mine = assignments.parse(dataOf(await api.rpc('my_assignments')));
		return mine.map(({ booking_id, event_at, timezone }) => ({ id: booking_id, event_at, timezone }));
	}
	const answer = await api
		.from('bookings')
		.select('id, event_at, timezone')
		.eq('chef_id', chefId)
		.in('status', ['pending', 'confirmed', 'completed'])
		.gte('event_at', addDays(days.from, -1))
		.lt('event_at', addDays(days.to, 1))
		.limit(200);
	return monthEvents.parse(dataOf(answer));
}

const time = /^([01]\d|2[0-3]):[0-5]\d$/;
const date = /^\d{4}-\d{2}-\d{2}$/;
const may = ['chefs.write', 'chefs.own'];

export const chefActions = {
	off: action('off', may, async ({ api, event, field }) => {
		const day = field('on_date');
		if (!date.test(day)) throw invalid({ on_date: 'Choose a day.' });
		const row = {
			chef_id: event.params.id,
			on_date: day,
			available: field('available') === 'true',
			reason: field('reason') || null
		};
		const hours = row.available
			? { starts_at: field('starts_at') || '11:00', ends_at: field('ends_at') || '23:30' }
			: {};
		const made = z.array(z.object({ id: z.string() }));
		const [added] = made.parse(
			dataOf(
				await api
					.from('chef_exceptions')
					.insert({ ...row, ...hours })
					.select('id')
			)
		);
		return {
			done: row.available ? 'Added the extra day.' : 'Took the day off. Bookings that are there stay.',
			...(added && { undo: { label: 'Undo', action: 'on', fields: { id: added.id } } })
		};
	}),

	on: action('on', may, async ({ api, event, field }) => {
		dataOf(
			await api
				.from('chef_exceptions')
				.delete()
				.eq('id', field('id'))
				.eq('chef_id', event.params.id ?? '')
		);
		return { done: 'Back to the ordinary week.' };
	}),

	addHours: action('addHours', may, async ({ api, event, field }) => {
		const [weekday, starts_at, ends_at] = [Number(field('weekday')), field('starts_at'), field('ends_at')];
		if (!time.test(starts_at) || !time.test(ends_at) || starts_at >= ends_at) {
			throw invalid({ ends_at: 'The end must come after the beginning.' });
		}
		dataOf(await api.from('chef_weekly_hours').insert({ chef_id: event.params.id, weekday, starts_at, ends_at }));
		return { done: 'Added the hours.' };
	}),

	dropHours: action('dropHours', may, async ({ api, event, field }) => {
		dataOf(
			await api
				.from('chef_weekly_hours')
				.delete()
				.eq('id', field('id'))
				.eq('chef_id', event.params.id ?? '')
		);
		return { done: 'Took the hours away. Bookings that are there stay.' };
	}),

	active: action('active', ['chefs.write'], async ({ api, event, field }) => {
		const active = field('active') === 'true';
		dataOf(
			await api
				.from('chefs')
				.update({ active })
				.eq('id', event.params.id ?? '')
				.select('id')
		);
		return {
			done: active ? 'Takes bookings again.' : 'Takes no new bookings.',
			undo: { label: 'Undo', action: 'active', fields: { active: String(!active) } }
		};
	})
};
