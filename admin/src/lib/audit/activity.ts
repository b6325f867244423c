import * as z from 'zod/mini';
import { toTheMinute } from '#admin/platform/moments.ts';
import { rowHref } from './log.ts';
import { actorName, auditEntry } from './timeline.ts';

/** An audit entry with the names that a sentence needs. */
export const activityEntry = z.extend(auditEntry, {
	actor_roles: z.array(z.string()),
	table_name: z.string(),
	row_id: z.nullable(z.string()),
	/** Who acted, where that is a member of staff. */
	name: z.nullable(z.string()),
	/** What it is about, as people call it. */
	subject: z.nullable(z.string())
});
export type ActivityEntry = z.infer<typeof activityEntry>;

/** One line of the feed: who, what they did, and where it leads. */
export interface Activity {
	who: string;
	what: string;
	href: string | null;
}

const things: Record<string, string> = {
	bookings: 'booking',
	booking_assignments: 'the chef of',
	booking_items: 'the menu of',
	leads: 'the lead of',
	customers: 'customer',
	chefs: 'chef',
	chef_exceptions: 'a chef’s day',
	chef_weekly_hours: 'a chef’s hours',
	staff: 'a colleague',
	user_roles: 'a role',
	feature_flags: 'a feature flag'
};
const verbs = {
	insert: 'added',
	update: 'changed',
	delete: 'took away',
	refused: 'was refused a change of'
} as const;

/** An entry in a plain sentence. */
export function activityOf(entry: ActivityEntry, timezone: string): Activity {
	const names = new Map(entry.actor_id && entry.name ? [[entry.actor_id, entry.name]] : []);
	const what =
		(entry.table_name === 'bookings' && ofBooking(entry, timezone)) ||
		(entry.table_name === 'booking_assignments' && ofAssignment(entry)) ||
		(entry.table_name === 'leads' && ofLead(entry)) ||
		`${verbs[entry.action]} ${things[entry.table_name] ?? entry.table_name.replaceAll('_', ' ')} ${entry.subject ?? ''}`.trim();
	return { who: actorName(entry, names), what, href: entry.action === 'delete' ? null : hrefOf(entry) };
}

function ofBooking({ action, changes, subject }: ActivityEntry, timezone: string): string | null {
	const it = subject ?? 'a booking';
	if (action === 'insert') return `booked ${it}`;
	if (action !== 'update') return null;
	const status = changes.status?.new;
	if (status === 'cancelled')
		return changes.cancel_reason?.new === 'hold_expired' ? `let the hold of ${it} end` : `cancelled ${it}`;
	if (typeof status === 'string') return `set ${it} to ${status}`;
	const moved = changes.event_at?.new;
	if (typeof moved === 'string') return `moved ${it} to ${toTheMinute(moved, timezone)}`;
	if ('deleted_at' in changes) return changes.deleted_at?.new ? `deleted ${it}` : `restored ${it}`;
	return 'chef_id' in changes ? `gave ${it} to another chef` : null;
}

function ofAssignment({ action, changes, subject }: ActivityEntry): string | null {
	const it = subject ?? 'a booking';
	if (action === 'insert') return `offered ${it} to a chef`;
	if (changes.done_at?.new) return `finished ${it}`;
	if (changes.arrived_at?.new) return `arrived at ${it}`;
	if (changes.on_my_way_at?.new) return `is on the way to ${it}`;
	if (changes.status?.new === 'declined') return `declined ${it}: ${String(changes.decline_reason?.new)}`;
	if (changes.status?.new === 'accepted') return `accepted ${it}`;
	if (changes.status?.new === 'offered') return `offered ${it} anew`;
	return action === 'update' ? `took back a step of ${it}` : null;
}

function ofLead({ action, changes, subject }: ActivityEntry): string | null {
	const whom = subject ?? 'somebody';
	if (action === 'insert') return `kept the lead of ${whom}`;
	const status = changes.status?.new;
	return typeof status === 'string' ? `set the lead of ${whom} to ${status}` : null;
}

/** An assignment is seen on its booking's page. */
function hrefOf({ table_name, row_id }: ActivityEntry): string | null {
	return rowHref({ table_name: table_name === 'booking_assignments' ? 'bookings' : table_name, row_id });
}
