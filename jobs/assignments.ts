/** Jobs of assignments: whoever gives chefs their events hears when one was declined. */
import { z } from 'zod';
import { assignmentDeclinedMail, type DeclinedFacts } from '#shared/platform/mail/assignments.ts';
import type { Query } from './database.ts';
import { defineJob, type AnyJob } from './job.ts';

/** Mails those who assign chefs at the station, as long as the event still needs one; each refusal once. */
const declined = defineJob({
	queue: 'assignment-declined',
	payload: z.object({ v: z.literal(1), booking_id: z.uuid(), answered_at: z.string() }),
	async run({ booking_id, answered_at }, { db, send, adminUrl }) {
		return db.transaction(async (query) => {
			const news = await readDeclined(query, booking_id, answered_at);
			if (!news) return 'moot';
			if (news.staff.length === 0) return 'nobody to tell';
			const key = `declined:${answered_at}`;
			const [claimed] = await query(
				`insert into public.booking_notifications (booking_id, kind) values ($1, $2) on conflict do nothing returning kind`,
				[booking_id, key]
			);
			if (!claimed) return 'sent before';
			const facts = { ...news.facts, booking_url: new URL(`/bookings/${booking_id}`, adminUrl).href };
			await send({ ...assignmentDeclinedMail(facts), to: news.staff, messageKey: `${booking_id}:${key}` });
			return `told ${news.staff.length}`;
		});
	}
});

export const assignmentJobs: AnyJob[] = [declined];

interface Declined {
	facts: Omit<DeclinedFacts, 'booking_url'>;
	staff: string[];
}

async function readDeclined(query: Query, id: string, answeredAt: string): Promise<Declined | undefined> {
	const [row] = await query<Declined>(
		`select jsonb_build_object(
			'reference', b.reference, 'chef_name', k.name, 'reason', a.decline_reason, 'station_name', s.name,
			'event_at', b.event_at, 'timezone', b.timezone, 'guests', b.adults + b.children + b.toddlers
		) as facts,
		(
			-- the station's own people; head office where it has none
			select coalesce(jsonb_agg(distinct p.email) filter (where p.station_id is not null), jsonb_agg(distinct p.email), '[]')
			from (
				select p.email, g.station_id
				from public.user_roles g
				join public.role_permissions r on r.role = g.role and r.permission = 'bookings.assign_chef'
				join public.staff p on p.user_id = g.user_id and p.deleted_at is null
				where g.station_id = b.station_id or g.station_id is null
			) p
		) as staff
		from public.booking_assignments a
		join public.bookings b on b.id = a.booking_id
		join public.stations s on s.id = b.station_id
		join public.chefs c on c.id = a.chef_id
		join public.staff k on k.id = c.staff_id
		where a.booking_id = $1 and a.status = 'declined' and a.answered_at = $2::timestamptz
			and b.status in ('pending', 'confirmed') and b.deleted_at is null`,
		[id, answeredAt]
	);
	return row;
}
