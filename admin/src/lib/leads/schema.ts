import * as z from 'zod/mini';
import { Route } from '#admin/platform/routes.ts';

export const leadStatus = z.enum(['new', 'contacted', 'qualified', 'converted', 'lost']);
export type LeadStatus = z.infer<typeof leadStatus>;

/** A lead as lists and the board show it. */
export const leadRow = z.object({
	id: z.string(),
	station_id: z.nullable(z.string()),
	booking_id: z.nullable(z.string()),
	name: z.nullable(z.string()),
	email: z.nullable(z.string()),
	phone: z.nullable(z.string()),
	zip: z.nullable(z.string()),
	event_at: z.nullable(z.string()),
	adults: z.nullable(z.int()),
	children: z.nullable(z.int()),
	toddlers: z.nullable(z.int()),
	reason: z.nullable(z.string()),
	source: z.string(),
	status: leadStatus,
	score: z.int(),
	next_action_at: z.nullable(z.string()),
	created_at: z.string(),
	updated_at: z.string(),
	version: z.int()
});
export type LeadRow = z.infer<typeof leadRow>;

export const leadRowSelect =
	'id, station_id, booking_id, name, email, phone, zip, event_at, adults, children, toddlers, reason, source, status, score, ' +
	'next_action_at, created_at, updated_at, version';

const alternative = z.object({ starts_at: z.string(), capacity: z.optional(z.number()) });

/** Everything of one lead. */
export const leadDetail = z.extend(leadRow, {
	sms_consent: z.boolean(),
	notes: z.string(),
	quote: z.nullable(z.object({ total_cents: z.optional(z.int()) })),
	alternatives: z.catch(z.array(alternative), []),
	items: z.catch(z.array(z.object({ code: z.string(), quantity: z.number() })), []),
	utm: z.record(z.string(), z.unknown())
});
export type LeadDetail = z.infer<typeof leadDetail>;

export const leadDetailSelect = `${leadRowSelect}, sms_consent, notes, quote, alternatives, items, utm`;

/** What a lead may become next; the database holds the same rule. */
export const nextStatuses: Record<LeadStatus, readonly LeadStatus[]> = {
	new: ['contacted', 'qualified', 'lost'],
	contacted: ['qualified', 'lost'],
	qualified: ['contacted', 'lost'],
	converted: [],
	lost: ['new', 'contacted']
};

export const statusLabels: Record<LeadStatus, string> = {
	new: 'New',
	contacted: 'Contacted',
	qualified: 'Qualified',
	converted: 'Converted',
	lost: 'Lost'
};

const reasons: Record<string, string> = {
	SLOT_UNAVAILABLE: 'The slot was taken',
	HOLD_EXPIRED: 'The deposit did not come in time',
	hold_expired: 'The deposit did not come in time',
	OUT_OF_AREA: 'Outside our area',
	TOO_SOON: 'Asked too late',
	TOO_FAR_AHEAD: 'Asked too early',
	PRICE_CHANGED: 'The price changed while they booked',
	PROMO_NOT_VALID: 'The promo code did not count',
	TRY_AGAIN: 'We were too busy to book',
	INVALID_GUESTS: 'A party that can not be booked by itself',
	INVALID_START_TIME: 'Asked for a time we do not start at',
	UNKNOWN_ZIP: 'Unknown ZIP code'
};

/** Why there is no booking, in words. */
export function reasonOf({ reason, source }: Pick<LeadRow, 'reason' | 'source'>): string {
	const text = (reason && (reasons[reason] ?? reason)) || source;
	return text.charAt(0).toUpperCase() + text.slice(1).replaceAll('_', ' ');
}

/** How a lead is called where it has no name. */
export function leadName({ name, email, phone }: Pick<LeadRow, 'name' | 'email' | 'phone'>): string {
	return name || email || phone || 'Somebody';
}

export function leadGuests({ adults, children, toddlers }: Pick<LeadRow, 'adults' | 'children' | 'toddlers'>): number {
	return (adults ?? 0) + (children ?? 0) + (toddlers ?? 0);
}

/** Where a booking for this person starts, with what they told filled in. */
export function bookingPrefill(lead: LeadDetail): string {
	const query = new URLSearchParams();
	const put = (name: string, value: string | number | null) => value && query.set(name, String(value));
	put('zip', lead.zip);
	put('adults', lead.adults);
	put('children', lead.children);
	put('toddlers', lead.toddlers);
	put('name', lead.name);
	put('email', lead.email);
	put('phone', lead.phone);
	for (const { code, quantity } of lead.items) query.set(`item.${code}`, String(quantity));
	const text = query.toString();
	return text ? `${Route.newBooking}?${text}` : Route.newBooking;
}
