/** Mails to the customer about a booking. */
import { formatCents } from '../money.ts';
import { formatEventTime } from '../time.ts';
import { layOut, type Block, type Mail } from './layout.ts';

/** Each is sent at most once a booking; `rescheduled` once a new date. */
export const bookingMailKinds = [
	'received',
	'confirmed',
	'rescheduled',
	'cancelled',
	'hold_expired',
	'rebooked',
	'refunded_late'
] as const;
export type BookingMailKind = (typeof bookingMailKinds)[number];

export interface BookingMailFacts {
	reference: string;
	customer_name: string;
	station_name: string;
	/** ISO instant. */
	event_at: string;
	/** The station's IANA zone: people read local wall time. */
	timezone: string;
	adults: number;
	children: number;
	toddlers: number;
	venue: { line1: string; line2: string | null; city: string | null; state: string | null; zip: string };
	lines: { label: string; quantity: number; total_cents: number }[];
	total_cents: number;
	deposit_cents: number;
	/** ISO instant; null once the booking holds for good. */
	hold_expires_at: string | null;
	cancel_reason: string | null;
	/** Opens this booking without signing in. */
	booking_url: string;
	/** Where it is paid by card; null while cards are not taken. */
	payment_url: string | null;
	/** What is left to pay, in cents, as the booking's ledger has it. */
	balance_due_cents: number;
	/** Where to book anew. */
	book_url: string;
	contact_url: string;
}

const writers: Record<BookingMailKind, (facts: BookingMailFacts) => Mail> = {
	received,
	confirmed,
	rescheduled,
	cancelled,
	hold_expired: holdExpired,
	rebooked,
	refunded_late: refundedLate
};

/** The mail of a kind for a booking, as it stands now. */
export function bookingMail(kind: BookingMailKind, facts: BookingMailFacts): Mail {
	return writers[kind](facts);
}

function received(facts: BookingMailFacts): Mail {
	const deposit = formatCents(facts.deposit_cents);
	const until = facts.hold_expires_at ? formatEventTime(facts.hold_expires_at, facts.timezone) : null;
	const how = facts.payment_url
		? `pay the deposit of ${deposit} online; it is part of the price.`
		: `we ask for a deposit of ${deposit}; someone from ${facts.station_name} will tell you how to pay it.`;
	return letter(facts, {
		subject: `We hold your date: ${when(facts)} (${facts.reference})`,
		preview: `Reference ${facts.reference}. Total ${formatCents(facts.total_cents)}, deposit ${deposit}.`,
		heading: `Thank you, ${firstName(facts)}: your chef is held`,
		blocks: [
			paragraph(`${until ? `We keep your chef until ${until}. ` : ''}To make it definite, ${how}`),
			...payButton(facts, `Pay the ${deposit} deposit`),
			...details(facts),
			{ kind: 'button', label: 'Open your booking', url: facts.booking_url },
			{ kind: 'small', text: 'Keep this mail to yourself: whoever has the link can change the booking.' }
		]
	});
}

function confirmed(facts: BookingMailFacts): Mail {
	return letter(facts, {
		subject: `It's on: hibachi on ${when(facts)} (${facts.reference})`,
		preview: `Your deposit has arrived and your chef is booked. Reference ${facts.reference}.`,
		heading: `Your dinner is confirmed, ${firstName(facts)}`,
		blocks: [
			paragraph('Your deposit has arrived and your chef is booked. We bring the grill, the food and the show.'),
			...details(facts),
			{ kind: 'button', label: 'Open your booking', url: facts.booking_url },
			...balanceBlocks(facts),
			paragraph(
				'Please have tables, chairs and plates ready, and a flat place outdoors or under good ventilation for the grill, about 6 by 6 feet.'
			)
		]
	});
}

/** The way to pay, where it can be paid online. */
function payButton({ payment_url }: BookingMailFacts, label: string): Block[] {
	return payment_url ? [{ kind: 'button', label, url: payment_url }] : [];
}

/** What is left to pay and how. Nothing where all is paid. */
function balanceBlocks(facts: BookingMailFacts): Block[] {
	if (facts.balance_due_cents <= 0) return [];
	const due = formatCents(facts.balance_due_cents);
	const how = facts.payment_url
		? 'You can pay it online any time before your dinner and up to seven days after it, with a tip for your chef if you like.'
		: `Someone from ${facts.station_name} will tell you how to pay it.`;
	return [paragraph(`What is left to pay: ${due}. ${how}`), ...payButton(facts, `Pay the balance of ${due}`)];
}

function rescheduled(facts: BookingMailFacts): Mail {
	return letter(facts, {
		subject: `New date: ${when(facts)} (${facts.reference})`,
		preview: `Your booking ${facts.reference} was moved.`,
		heading: 'Your dinner has a new date',
		blocks: [
			paragraph('We moved your booking. This is how it stands now:'),
			...details(facts),
			{ kind: 'button', label: 'Open your booking', url: facts.booking_url }
		]
	});
}

function cancelled(facts: BookingMailFacts): Mail {
	return letter(facts, {
		subject: `Cancelled: ${when(facts)} (${facts.reference})`,
		preview: `Your booking ${facts.reference} is cancelled.`,
		heading: 'Your booking is cancelled',
		blocks: [
			paragraph(`Your dinner on ${when(facts)} is cancelled, and your chef's time is free again.`),
			{ kind: 'button', label: 'Choose another date', url: facts.book_url },
			{ kind: 'small', text: `This was not you, or a mistake? Write to us: ${facts.contact_url}` }
		]
	});
}

function holdExpired(facts: BookingMailFacts): Mail {
	return letter(facts, {
		subject: `Your date is free again: ${when(facts)} (${facts.reference})`,
		preview: 'The deposit did not arrive in time, so we no longer hold your chef.',
		heading: `We could not hold your date any longer, ${firstName(facts)}`,
		blocks: [
			paragraph(
				`The deposit for ${when(facts)} did not arrive in time, so we gave your chef's time back. It may still be free: look, and book it again if you like.`
			),
			{ kind: 'button', label: 'See what is free', url: facts.book_url },
			{ kind: 'small', text: `You paid already? Write to us and we put it right: ${facts.contact_url}` }
		]
	});
}

function rebooked(facts: BookingMailFacts): Mail {
	return letter(facts, {
		subject: `It's on after all: hibachi on ${when(facts)} (${facts.reference})`,
		preview: `Your deposit came after the hold had ended, and a chef is still free. Reference ${facts.reference}.`,
		heading: `Your dinner is confirmed, ${firstName(facts)}`,
		blocks: [
			paragraph(
				'Your deposit arrived after we had given your date back. A chef was still free, so we booked it again for you: the same day, the same time.'
			),
			...details(facts),
			{ kind: 'button', label: 'Open your booking', url: facts.booking_url }
		]
	});
}

function refundedLate(facts: BookingMailFacts): Mail {
	return letter(facts, {
		subject: `Your deposit is on its way back: ${when(facts)} (${facts.reference})`,
		preview: 'It arrived after the hold had ended, and no chef is free any more.',
		heading: `We are sorry, ${firstName(facts)}: that time is taken`,
		blocks: [
			paragraph(
				`Your deposit for ${when(facts)} arrived after the hold had ended, and by then no chef was free. We are sending all of it back to your card; banks take 5 to 10 days to show it.`
			),
			{ kind: 'button', label: 'See what is free', url: facts.book_url },
			{ kind: 'small', text: `Questions? Write to us: ${facts.contact_url}` }
		]
	});
}

function letter(
	facts: BookingMailFacts,
	parts: { subject: string; preview: string; heading: string; blocks: Block[] }
): Mail {
	const footer = `You get this because of booking ${facts.reference} with My Hibachi ${facts.station_name}.`;
	return layOut({ ...parts, footer });
}

function details(facts: BookingMailFacts): Block[] {
	const { venue } = facts;
	const town = [venue.city, venue.state].filter(Boolean).join(', ');
	const address = [venue.line1, venue.line2, `${town} ${venue.zip}`.trim()].filter(Boolean).join('\n');
	return [
		{
			kind: 'facts',
			rows: [
				['Reference', facts.reference],
				['When', when(facts)],
				['Guests', guests(facts)],
				['Where', address],
				['Kitchen', facts.station_name]
			]
		},
		{
			kind: 'prices',
			rows: [
				...facts.lines.map((line): [string, string] => [
					line.quantity === 1 ? line.label : `${line.quantity} × ${line.label}`,
					formatCents(line.total_cents)
				]),
				['Total', formatCents(facts.total_cents)]
			]
		}
	];
}

function guests({ adults, children, toddlers }: BookingMailFacts): string {
	const parts = [
		count(adults, 'adult', 'adults'),
		children > 0 && count(children, 'child', 'children'),
		toddlers > 0 && count(toddlers, 'child under 6', 'children under 6')
	];
	return parts.filter(Boolean).join(', ');
}

function count(number: number, one: string, many: string): string {
	return `${number} ${number === 1 ? one : many}`;
}

function when({ event_at, timezone }: BookingMailFacts): string {
	return formatEventTime(event_at, timezone);
}

function firstName({ customer_name }: BookingMailFacts): string {
	return customer_name.trim().split(/\s+/)[0] || 'there';
}

function paragraph(text: string): Block {
	return { kind: 'paragraph', text };
}
