/** Jobs of leads: nobody who asked is forgotten, and who waits for a slot hears when it is free. */
import { z } from 'zod';
import { leadFollowUpMail, waitlistMail, type LeadFacts, type WaitlistFacts } from '#shared/platform/mail/leads.ts';
import { defineJob, type AnyJob } from './job.ts';
import type { Query } from './database.ts';

/** After this many days staff are no longer reminded of a lead that nobody touched; the list still shows it. */
const remindDays = 3;

/** Mails whoever works on the station's leads, as long as nobody has dealt with it; again a day later. */
const followUp = defineJob({
	queue: 'lead-follow-up',
	payload: z.object({ v: z.literal(1), lead_id: z.uuid() }),
	async run({ lead_id }, { db, send, adminUrl }) {
		return db.transaction(async (query) => {
			await query(`select set_config('app.actor', 'job:lead-follow-up', true)`, []);
			const [claimed] = await query<{ due: string }>(
				`with due as (
					select id, next_action_at from public.leads
					where id = $1 and status = 'new' and deleted_at is null and next_action_at <= clock_timestamp()
					for update
				)
				update public.leads l
				set next_action_at = case when l.created_at > now() - make_interval(days => $2::int) then now() + interval '1 day' end
				from due where l.id = due.id
				returning to_jsonb(due.next_action_at) as due`,
				[lead_id, remindDays]
			);
			if (!claimed) return 'moot';
			const lead = await readLead(query, lead_id);
			if (!lead || lead.staff.length === 0) return 'nobody to tell';
			const facts = { ...lead.facts, lead_url: new URL(`/leads/${lead_id}`, adminUrl).href };
			await send({ ...leadFollowUpMail(facts), to: lead.staff, messageKey: `${lead_id}:follow-up:${claimed.due}` });
			return `told ${lead.staff.length}`;
		});
	}
});

/** Mails the first in line that the slot is free again, if it still is and still is theirs to hear. */
const waitlistNotify = defineJob({
	queue: 'waitlist-notify',
	payload: z.object({ v: z.literal(1), waitlist_id: z.uuid() }),
	async run({ waitlist_id }, { db, send, appUrl }) {
		return db.transaction(async (query) => {
			await query(`select set_config('app.actor', 'job:waitlist-notify', true)`, []);
			const place = await claimPlace(query, waitlist_id);
			if (!place) return 'moot';
			if (!place.email) return 'no address';
			const book = new URL('/BookUs', appUrl);
			if (place.zip) book.searchParams.set('zip', place.zip);
			book.searchParams.set('starts_at', place.starts_at);
			await send({
				...waitlistMail({ ...place, book_url: book.href }),
				to: [place.email],
				messageKey: `${waitlist_id}:free`
			});
			return 'told';
		});
	}
});

export const leadJobs: AnyJob[] = [followUp, waitlistNotify];

async function readLead(
	query: Query,
	id: string
): Promise<{ facts: Omit<LeadFacts, 'lead_url'>; staff: string[] } | undefined> {
	const [row] = await query<{ facts: Omit<LeadFacts, 'lead_url'>; staff: string[] }>(
		`select jsonb_build_object(
			'name', l.name, 'email', l.email, 'phone', l.phone, 'station_name', s.name,
			'timezone', coalesce(s.timezone, 'America/Los_Angeles'), 'event_at', l.event_at,
			'adults', l.adults, 'children', l.children, 'toddlers', l.toddlers, 'zip', l.zip, 'reason', l.reason,
			'source', l.source, 'score', l.score, 'total_cents', l.quote -> 'total_cents', 'notes', l.notes
		) as facts,
		(
			-- whoever may write the station's leads there; head office only where no station has the lead
			select coalesce(jsonb_agg(distinct p.email), '[]')
			from public.user_roles g
			join public.role_permissions r on r.role = g.role and r.permission = 'leads.write'
			join public.staff p on p.user_id = g.user_id and p.deleted_at is null
			where g.station_id is not distinct from l.station_id
		) as staff
		from public.leads l
		left join public.stations s on s.id = l.station_id
		where l.id = $1`,
		[id]
	);
	return row;
}

type Place = Omit<WaitlistFacts, 'book_url'> & { email: string | null; zip: string | null };

/** Marks the place as told and answers whom to tell; nothing where the slot or the place is gone. */
async function claimPlace(query: Query, id: string): Promise<Place | undefined> {
	const [row] = await query<{ place: Place }>(
		`update public.waitlist w
		set status = 'notified', notified_at = clock_timestamp()
		from public.leads l, public.stations s
		where w.id = $1 and w.status = 'waiting' and w.starts_at > now()
			and l.id = w.lead_id and l.status in ('new', 'contacted', 'qualified') and l.deleted_at is null
			and s.id = w.station_id
			and exists (
				select from private.slot_capacities(s, w.road_miles, (w.starts_at at time zone s.timezone)::date,
					(w.starts_at at time zone s.timezone)::date) c
				where c.starts_at = w.starts_at and c.capacity > 0)
		returning jsonb_build_object('name', l.name, 'email', l.email, 'zip', l.zip, 'station_name', s.name,
			'timezone', s.timezone, 'starts_at', w.starts_at) as place`,
		[id]
	);
	return row?.place;
}
