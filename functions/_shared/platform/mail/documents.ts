/** The mail that brings a receipt. */
import { documentPage, type PrintedDocument } from '../../payments/documents.ts';
import { layOut, type Mail } from './layout.ts';

/** @param bookingUrl The booking's own page, which opens without signing in. */
export function receiptMail(document: PrintedDocument, bookingUrl: string): Mail {
	const { rows, sums, facts } = documentPage(document);
	const [paid = ['Paid', ''], ...others] = sums;
	return layOut({
		subject: `Your receipt ${document.number} for booking ${document.snapshot.reference}`,
		preview: `We received ${paid[1]}. Thank you.`,
		heading: `Thank you, we received ${paid[1]}`,
		blocks: [
			{ kind: 'prices', rows: [...rows.map(({ label, amount }) => [label, amount] as const), paid] },
			{ kind: 'facts', rows: [...facts, ...others] },
			{ kind: 'paragraph', text: 'The receipt is attached as a PDF.' },
			{ kind: 'button', label: 'See your booking', url: bookingUrl }
		],
		footer: 'You get this because you paid for a booking with My Hibachi.'
	});
}
