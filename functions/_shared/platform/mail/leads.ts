/** Mails about people who asked and have no booking: to the station's staff, and to those on the waitlist. */
import { formatCents } from '../money.ts';
import { formatEventTime } from '../time.ts';
import { layOut, type Mail } from './layout.ts';

export interface LeadFacts {
	name: string | null;
	email: string | null;
	phone: string | null;
	/** Null for a ZIP that no station serves. */
	station_name: string | null;
	timezone: string;
	/** ISO instant of the dinner they wish for. */
	event_at: string | null;
	adults: number | null;
	children: number | null;
	toddlers: number | null;
	zip: string | null;
	/** Why there is no booking: a refusal's code or the form's words. */
	reason: string | null;
	source: string;
	score: number;
	/** Of the quote they saw. */
	total_cents: number | null;
	notes: string;
	/** The lead in the admin panel. */
	lead_url: string;
}

const reasons: Record<string, string> = {
	SLOT_UNAVAILABLE: 'The time they wanted was taken.',
	OUT_OF_AREA: 'Their address is outside our area.',
	TOO_SOON: 'They asked for a date that is too soon.',
	TOO_FAR_AHEAD: 'They asked for a date that is too far ahead.',
	HOLD_EXPIRED: 'Their deposit did not arrive in time.',
	PRICE_CHANGED: 'The price changed while they were booking.',
	PROMO_NOT_VALID: 'Their promo code did not count.',
	TRY_AGAIN: 'Booking was too busy to finish.',
	INVALID_GUESTS: 'Their number of guests can not be booked by itself.',
	INVALID_START_TIME: 'They asked for a time that we do not start at.',
	UNKNOWN_ZIP: 'We do not know their ZIP code.',
	RATE_LIMITED: 'They tried too often in a short time.'
};

/** Tells the staff of a station that somebody waits for an answer. */
export function leadFollowUpMail(facts: LeadFacts): Mail {
	const who = facts.name ?? facts.email ?? facts.phone ?? 'Somebody';
	const rows: [string, string | null][] = [
		['Name', facts.name],
		['E-mail', facts.email],
		['Phone', facts.phone],
		['Wishes', facts.event_at && formatEventTime(facts.event_at, facts.timezone)],
		['Guests', guests(facts)],
		['ZIP', facts.zip],
		['Quote', facts.total_cents === null ? null : formatCents(facts.total_cents)],
		['Reason', facts.reason && (reasons[facts.reason] ?? facts.reason)],
		['Came by', facts.source],
		['Score', `${facts.score} of 100`],
		['Notes', facts.notes || null]
	];
	return layOut({
		subject: `Follow up: ${who}${facts.event_at ? `, ${formatEventTime(facts.event_at, facts.timezone)}` : ''}`,
		preview: (facts.reason && reasons[facts.reason]) || 'Asked, but has no booking yet.',
		heading: `${who} waits for an answer`,
		blocks: [
			{ kind: 'facts', rows: rows.filter((row): row is [string, string] => row[1] !== null) },
			{ kind: 'button', label: 'Open the lead', url: facts.lead_url }
		],
		footer: `You get this because you work on leads${facts.station_name ? ` of ${facts.station_name}` : ''}. Set its status and it stays quiet.`
	});
}

export interface WaitlistFacts {
	name: string | null;
	station_name: string;
	/** ISO instant of the slot that is free again. */
	starts_at: string;
	timezone: string;
	/** The booking form, filled with that slot. */
	book_url: string;
}

/** Tells the first in line that the slot is free again. Promises nothing: nobody holds it for them. */
export function waitlistMail(facts: WaitlistFacts): Mail {
	const when = formatEventTime(facts.starts_at, facts.timezone);
	const first = facts.name?.trim().split(/\s+/)[0];
	return layOut({
		subject: `Free again: ${when}`,
		preview: 'The time you wanted has come free. Whoever books first has it.',
		heading: `${first ? `Good news, ${first}` : 'Good news'}: your time is free again`,
		blocks: [
			{
				kind: 'paragraph',
				text: `A chef of ${facts.station_name} has time on ${when} after all, and you are first in line to hear of it. We don't hold it: whoever books first has it.`
			},
			{ kind: 'button', label: 'Book it now', url: facts.book_url }
		],
		footer: 'You get this once, because you wanted this time and it was taken.'
	});
}

function guests({ adults, children, toddlers }: LeadFacts): string | null {
	const all = (adults ?? 0) + (children ?? 0) + (toddlers ?? 0);
	return all > 0 ? `${all} (${adults ?? 0} adults, ${children ?? 0} children, ${toddlers ?? 0} under 6)` : null;
}
