import * as z from 'zod/mini';
import { toTheMinute } from '#admin/platform/moments.ts';

/** One entry of the audit log. */
export const auditEntry = z.object({
	id: z.string(),
	occurred_at: z.string(),
	actor: z.string(),
	actor_id: z.nullable(z.string()),
	table_name: z.string(),
	action: z.enum(['insert', 'update', 'delete', 'refused']),
	changes: z.record(z.string(), z.object({ old: z.optional(z.unknown()), new: z.optional(z.unknown()) }))
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** One line of a timeline. */
export interface TimelineEntry {
	id: string;
	at: string;
	who: string;
	what: string;
}

/** Columns that follow from others, or that nobody reads. */
const silent = new Set([
	'updated_at',
	'version',
	'hold_expires_at',
	'confirmed_at',
	'completed_at',
	'cancelled_at',
	'event_ends_at',
	'reschedule_count',
	'deposit_cents',
	'price_version',
	'quote',
	'cancel_reason',
	'score',
	'sms_consent_at',
	'person_key'
]);

const columnNames: Record<string, string> = {
	notes: 'the notes',
	contact_name: 'the contact’s name',
	contact_phone: 'the contact’s phone',
	venue_line1: 'the address',
	venue_line2: 'the address',
	venue_city: 'the city',
	venue_state: 'the state',
	venue_zip: 'the ZIP code',
	total_cents: 'the price',
	adults: 'the guests',
	children: 'the guests',
	toddlers: 'the guests',
	next_action_at: 'the next action',
	station_id: 'the station',
	road_miles: 'the distance'
};

/** What an entry of a booking or a lead says, in words of the house. `chefs` gives names by id. */
export function describe(entry: AuditEntry, timezone: string, chefs: ReadonlyMap<string, string>): string {
	const { action, changes } = entry;
	if (entry.table_name === 'booking_assignments') return describeAssignment(entry, chefs);
	if (action === 'insert') return 'Created';
	if (action === 'delete') return 'Removed';
	if (action === 'refused') return 'Refused';
	const said: string[] = [];
	const value = (column: string) => changes[column]?.new;
	const status = value('status');
	if (typeof status === 'string') {
		const reason = value('cancel_reason');
		said.push(
			status === 'cancelled' && typeof reason === 'string'
				? `Cancelled: ${reason === 'hold_expired' ? 'the deposit did not come in time' : reason}`
				: `Set to ${status}`
		);
	}
	const moved = value('event_at');
	if (typeof moved === 'string') said.push(`Moved to ${toTheMinute(moved, timezone)}`);
	if ('chef_id' in changes) {
		const chef = value('chef_id');
		said.push(typeof chef === 'string' ? `Given to ${chefs.get(chef) ?? 'another chef'}` : 'Taken from its chef');
	}
	if (value('deleted_at')) said.push('Deleted');
	else if ('deleted_at' in changes) said.push('Restored');
	const told = new Set(['status', 'event_at', 'chef_id', 'deleted_at', 'deleted_by', 'delete_reason']);
	const rest = Object.keys(changes).filter((column) => !silent.has(column) && !told.has(column));
	const named = [...new Set(rest.map((column) => columnNames[column] ?? column.replaceAll('_', ' ')))];
	if (named.length) said.push(`${said.length ? 'changed' : 'Changed'} ${new Intl.ListFormat('en').format(named)}`);
	return said.length ? said.join(', ') : 'Updated';
}

const steps = [
	['done_at', 'The dinner is done', 'Not done yet after all'],
	['arrived_at', 'The chef arrived', 'Not arrived after all'],
	['on_my_way_at', 'The chef is on the way', 'Not on the way after all']
] as const;

/** What the chef of a booking was asked, answered or did. */
function describeAssignment({ action, changes }: AuditEntry, chefs: ReadonlyMap<string, string>): string {
	const value = (column: string) => changes[column]?.new;
	const chef = value('chef_id');
	if (action === 'refused') return 'Refused';
	if (action === 'delete') return 'Nobody is asked any more';
	if (action === 'insert' || typeof chef === 'string')
		return `Asked ${(typeof chef === 'string' && chefs.get(chef)) || 'a chef'}`;
	const step = steps.find(([column]) => column in changes && value('status') !== 'offered');
	if (step) return value(step[0]) ? step[1] : step[2];
	switch (value('status')) {
		case 'accepted':
			return 'The chef accepted';
		case 'declined':
			return `The chef declined: ${String(value('decline_reason') ?? '')}`;
		case 'offered':
			return 'Asked the chef again';
		default:
			return 'Updated';
	}
}

/** Who did it, as far as the reader may know names. */
export function actorName(
	{ actor, actor_id }: Pick<AuditEntry, 'actor' | 'actor_id'>,
	names: ReadonlyMap<string, string>
): string {
	if (actor_id) return names.get(actor_id) ?? 'Customer';
	const known: Record<string, string> = { anonymous: 'Website', system: 'System', service_role: 'Server' };
	return known[actor] ?? actor.replace(/^job:/, 'Job ').replaceAll('-', ' ');
}
