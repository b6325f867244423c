/** Jobs of invoices and receipts: drawing them, keeping them, and bringing receipts to who paid. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { printedDocument, type PrintedDocument } from '#shared/payments/documents.ts';
import { receiptMail } from '#shared/platform/mail/documents.ts';
import { drawDocument } from './documents-pdf.ts';
import { defineJob, type AnyJob, type JobContext } from './job.ts';

interface DocumentRow {
	id: string;
	storage_path: string;
	sha256: string | null;
	mailed_at: string | null;
}

const columns = `to_jsonb(d) as document`;

/** Draws a document and keeps the file. Again is the same bytes in the same place. */
const render = defineJob({
	queue: 'document-render',
	payload: z.object({ v: z.literal(1), document_id: z.uuid() }),
	async run({ document_id }, context) {
		const [found] = await context.db.query<{ document: DocumentRow }>(
			`select ${columns} from public.documents d where d.id = $1`,
			[document_id]
		);
		if (!found) return 'moot';
		if (found.document.sha256) return 'drawn before';
		await keep(found.document, context);
		return 'drawn';
	}
});

/**
 * Writes, draws, keeps and mails the receipt of a payment, with the booking's invoice. Each step is done once: what fails later
 * finds the earlier ones done at the next try.
 */
const receipt = defineJob({
	queue: 'payments-receipt',
	payload: z.object({ v: z.literal(1), booking_id: z.uuid(), provider_ref: z.string() }),
	async run({ booking_id, provider_ref }, context) {
		const [written] = await context.db.transaction(async (query) => {
			await query(`select set_config('app.actor', 'job:payments-receipt', true)`, []);
			return query<{ document: DocumentRow | null }>(`select ${columns} from private.write_receipt($1, $2) d`, [
				booking_id,
				provider_ref
			]);
		});
		const row = written?.document;
		if (!row?.id) return 'moot';
		if (row.mailed_at) return 'mailed before';
		const drawn = await keep(row, context);
		const email = drawn.document.snapshot.customer.email;
		if (!email) return 'no address';
		const invoice = await invoiceOf(booking_id, context);
		return context.db.transaction(async (query) => {
			const [claimed] = await query<{ token: string }>(
				`update public.documents set mailed_at = now() where id = $1 and mailed_at is null
				returning private.booking_token(booking_id) as token`,
				[row.id]
			);
			if (!claimed) return 'mailed before';
			const url = new URL('/booking-success', context.appUrl);
			url.searchParams.set('token', claimed.token);
			await context.send({
				...receiptMail(drawn.document, url.href),
				to: [email],
				messageKey: `${row.id}:receipt`,
				attachments: [drawn, ...(invoice ? [invoice] : [])].map(({ document, bytes }) => ({
					filename: `${document.number}.pdf`,
					contentType: 'application/pdf',
					content: bytes
				}))
			});
			return 'mailed';
		});
	}
});

export const documentJobs: AnyJob[] = [render, receipt];

interface Drawn {
	document: PrintedDocument;
	bytes: Buffer;
}

async function draw(row: unknown): Promise<Drawn> {
	const document = printedDocument.parse(row);
	return { document, bytes: await drawDocument(document) };
}

/** Draws a document and stores it; its row says so only once the file is there. */
async function keep(row: DocumentRow, { db, files }: JobContext): Promise<Drawn> {
	const drawn = await draw(row);
	await files.put('documents', row.storage_path, drawn.bytes, 'application/pdf');
	const sha256 = createHash('sha256').update(drawn.bytes).digest('hex');
	await db.query(`update public.documents set sha256 = $2 where id = $1 and sha256 is distinct from $2`, [
		row.id,
		sha256
	]);
	return drawn;
}

/** The booking's invoice that holds, drawn anew: it is the same bytes as the one in Storage. */
async function invoiceOf(bookingId: string, { db }: JobContext): Promise<Drawn | null> {
	const [found] = await db.query<{ document: DocumentRow }>(
		`select ${columns} from public.documents d where d.booking_id = $1 and d.kind = 'invoice' and d.status = 'issued'`,
		[bookingId]
	);
	return found ? draw(found.document) : null;
}
