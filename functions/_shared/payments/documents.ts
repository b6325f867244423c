/** Invoices and receipts: what the database says of one, and the words and amounts that its page shows. Amounts in cents. */
import * as z from 'zod/mini';
import { formatCents } from '../platform/money.ts';
import { formatEventTime } from '../platform/time.ts';

/** As RPCs and the pay page list it; `ready` once its PDF can be downloaded. */
export const listedDocument = z.object({
	id: z.string(),
	kind: z.enum(['invoice', 'receipt']),
	number: z.string(),
	status: z.enum(['issued', 'void']),
	total_cents: z.int(),
	created_at: z.string(),
	ready: z.boolean()
});
export type ListedDocument = z.infer<typeof listedDocument>;

/** Where `document_file` says the PDF lies. */
export const documentFile = z.object({ path: z.string(), number: z.string() });

/** What the function document-link answers: a path under the API, good for so many seconds. */
export const documentLink = z.object({ path: z.string(), expires_in: z.int() });
export type DocumentLink = z.infer<typeof documentLink>;

export const documentSnapshot = z.object({
	reference: z.string(),
	station_name: z.string(),
	event_at: z.string(),
	timezone: z.string(),
	customer: z.object({ name: z.string(), email: z.nullable(z.string()) }),
	venue: z.object({
		line1: z.string(),
		line2: z.nullable(z.string()),
		city: z.nullable(z.string()),
		state: z.nullable(z.string()),
		zip: z.string()
	}),
	guests: z.object({ adults: z.int(), children: z.int(), toddlers: z.int() }),
	lines: z.array(
		z.object({
			label: z.string(),
			quantity: z.optional(z.number()),
			unit_cents: z.optional(z.int()),
			total_cents: z.int()
		})
	),
	total_cents: z.int(),
	/** Of an invoice. */
	deposit_cents: z.optional(z.int()),
	/** Of a receipt. */
	method: z.optional(z.string()),
	paid_at: z.optional(z.string()),
	booking_total_cents: z.optional(z.int()),
	balance_due_cents: z.optional(z.int())
});
export type DocumentSnapshot = z.infer<typeof documentSnapshot>;

/** A document with all that its PDF needs. */
export const printedDocument = z.object({
	id: z.string(),
	kind: z.enum(['invoice', 'receipt']),
	number: z.string(),
	created_at: z.string(),
	snapshot: documentSnapshot
});
export type PrintedDocument = z.infer<typeof printedDocument>;

/** A document as words in order: what the PDF draws and nothing else. */
export interface DocumentPage {
	title: string;
	number: string;
	/** Name and value, beside the title. */
	facts: [string, string][];
	/** Headed blocks of lines. */
	blocks: { heading: string; lines: string[] }[];
	rows: { label: string; quantity: string; unit: string; amount: string }[];
	/** The first one is the total. */
	sums: [string, string][];
	note: string;
}

const methods: Record<string, string> = {
	stripe: 'Card',
	zelle: 'Zelle',
	venmo: 'Venmo',
	cash: 'Cash',
	check: 'Check'
};

/** Lays a document's words out. Prices include tax, so none of it speaks of tax. */
export function documentPage({ kind, number, created_at, snapshot }: PrintedDocument): DocumentPage {
	const { customer, venue, lines, timezone } = snapshot;
	const paid = kind === 'receipt';
	return {
		title: paid ? 'Receipt' : 'Invoice',
		number,
		facts: [
			['Date', dayOf(created_at, timezone)],
			['Booking', snapshot.reference],
			...(paid ? [['Paid by', methods[snapshot.method ?? ''] ?? 'Payment'] satisfies [string, string]] : [])
		],
		blocks: [
			{ heading: paid ? 'Received from' : 'Billed to', lines: present([customer.name, customer.email]) },
			{
				heading: 'Event',
				lines: present([
					formatEventTime(snapshot.event_at, timezone),
					guestsOf(snapshot.guests),
					venue.line1,
					venue.line2,
					`${present([venue.city, venue.state]).join(', ')} ${venue.zip}`.trim(),
					`Station ${snapshot.station_name}`
				])
			}
		],
		rows: lines.map((line) => ({
			label: line.label,
			quantity: line.quantity === undefined ? '' : String(line.quantity),
			unit: line.unit_cents === undefined ? '' : formatCents(line.unit_cents),
			amount: formatCents(line.total_cents)
		})),
		sums: paid ? receiptSums(snapshot) : invoiceSums(snapshot),
		note: paid
			? 'Thank you. Questions? Reply to the e-mail that brought this.'
			: 'Prices include everything but the tip.'
	};
}

function invoiceSums({ total_cents, deposit_cents = 0 }: DocumentSnapshot): [string, string][] {
	return [
		['Total', formatCents(total_cents)],
		['Deposit at booking', formatCents(deposit_cents)],
		['Balance', formatCents(Math.max(total_cents - deposit_cents, 0))]
	];
}

function receiptSums({ total_cents, booking_total_cents, balance_due_cents }: DocumentSnapshot): [string, string][] {
	return [
		['Paid', formatCents(total_cents)],
		...(booking_total_cents === undefined
			? []
			: [['Total of the booking', formatCents(booking_total_cents)] as [string, string]]),
		...(balance_due_cents === undefined ? [] : [['Balance left', formatCents(balance_due_cents)] as [string, string]])
	];
}

function guestsOf({ adults, children, toddlers }: DocumentSnapshot['guests']): string {
	const counted = [
		[adults, 'adult', 'adults'],
		[children, 'child', 'children'],
		[toddlers, 'under 6', 'under 6']
	] as const;
	return counted
		.filter(([count]) => count > 0)
		.map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
		.join(', ');
}

function dayOf(instant: string, timeZone: string): string {
	return new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone }).format(new Date(instant));
}

function present(values: readonly (string | null)[]): string[] {
	return values.filter((value): value is string => Boolean(value?.trim()));
}
