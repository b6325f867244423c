import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { documentPage, type PrintedDocument } from '#shared/payments/documents.ts';
import { drawDocument } from './documents-pdf.ts';
import { runsOf } from './documents-text.ts';

const invoice: PrintedDocument = {
	id: '0199d7a0-0000-7000-8000-000000000001',
	kind: 'invoice',
	number: 'INV-2026-00042',
	created_at: '2026-11-27T18:00:00.123456+00:00',
	snapshot: {
		reference: 'MH-7K3Q2',
		station_name: 'Fremont',
		event_at: '2026-12-13T02:00:00+00:00',
		timezone: 'America/Los_Angeles',
		customer: { name: 'Zoë Nguyễn-Łukasz', email: 'zoe@example.test' },
		venue: { line1: '2100 Mission Ridge', line2: null, city: 'Fremont', state: 'CA', zip: '94539' },
		guests: { adults: 10, children: 2, toddlers: 1 },
		lines: [
			{ label: 'Adult (13 and over)', quantity: 10, unit_cents: 5500, total_cents: 55000 },
			{ label: 'Child (6 to 12)', quantity: 2, unit_cents: 3000, total_cents: 6000 },
			{ label: 'Lobster tail upgrade', quantity: 4, unit_cents: 1500, total_cents: 6000 }
		],
		total_cents: 67000,
		deposit_cents: 10000
	}
};
const receipt: PrintedDocument = {
	...invoice,
	kind: 'receipt',
	number: 'RCP-2026-00007',
	snapshot: {
		...invoice.snapshot,
		lines: [
			{ label: 'Balance', total_cents: 57000 },
			{ label: 'Tip', total_cents: 13400 },
			{ label: 'Card fee', total_cents: 2112 }
		],
		total_cents: 72512,
		method: 'stripe',
		booking_total_cents: 67000,
		balance_due_cents: 0
	}
};

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the PDF of a document', () => {
	it('is the same bytes each time it is drawn', async () => {
		const [first, second] = [await drawDocument(invoice), await drawDocument(structuredClone(invoice))];
		expect(first.subarray(0, 5).toString()).toBe('%PDF-');
		expect(sha256(second)).toBe(sha256(first));
	});

	it('is other bytes for another amount', async () => {
		const other = structuredClone(invoice);
		other.snapshot.total_cents += 1;
		expect(sha256(await drawDocument(other))).not.toBe(sha256(await drawDocument(invoice)));
	});

	it.each([
		['invoice', invoice],
		['receipt', receipt]
	])('of an %s shows the number and each line to the cent', async (_kind, document) => {
		const text = await textOf(document);
		const { number, rows, sums } = documentPage(document);
		expect(text).toContain(number);
		for (const { label, amount } of rows) expect([text.includes(label), text.includes(amount)]).toEqual([true, true]);
		for (const [name, value] of sums) expect([text.includes(name), text.includes(value)]).toEqual([true, true]);
		expect(text).not.toMatch(/tax/i);
	});

	it('keeps accents of every alphabet that Inter has', async () => {
		expect((await textOf(invoice)).replaceAll('\n', '')).toContain('Zoë Nguyễn-Łukasz');
	});

	it('shows a mark for a letter that Inter has not, and draws the rest', async () => {
		const strange = structuredClone(invoice);
		strange.snapshot.customer.name = 'Li 李 😀 Wei\u0007';
		expect(await textOf(strange)).toContain('Li ? ? Wei');
	});

	it('goes on to another page when the lines do not fit', async () => {
		const long = structuredClone(invoice);
		long.snapshot.lines = Array.from({ length: 60 }, (_, index) => ({
			label: `Line ${index} ${'of a rather long description '.repeat(3)}`,
			quantity: 1,
			unit_cents: 100,
			total_cents: 100
		}));
		const text = await textOf(long);
		expect(text).toContain('Line 59');
		expect((await drawDocument(long, false)).toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(2);
	});

	it('breaks a word that is longer than its column', async () => {
		const long = structuredClone(invoice);
		long.snapshot.customer.name = 'W'.repeat(120);
		expect((await textOf(long)).match(/W/g)?.length).toBe(120);
	});
});

describe('cutting a text into alphabets', () => {
	it('stays in the alphabet in use', () => {
		expect(
			runsOf('Łódź, Ελλάδα')
				.map(({ text }) => text)
				.join('')
		).toBe('Łódź, Ελλάδα');
		expect(runsOf('plain').length).toBe(1);
	});
	it('leaves nothing of an empty text', () => expect(runsOf('')).toEqual([]));
});

/** Reads the words back: glyphs of the page's streams by each font's ToUnicode table. */
async function textOf(document: PrintedDocument): Promise<string> {
	const pdf = (await drawDocument(document, false)).toString('latin1');
	const objects = new Map(
		[...pdf.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj/gm)].map(([, id = '', body = '']) => [id, body])
	);
	const tables = new Map<string, string[]>();
	for (const [, name = '', id = ''] of pdf.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
		const [, table = ''] = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? '') ?? [];
		const letters = [...(objects.get(table) ?? '').matchAll(/^<[0-9a-f]+> <[0-9a-f]+> \[(.*)\]/gm)].flatMap(
			([, list = '']) =>
				[...list.matchAll(/<([0-9a-f ]+)>/g)].map(([, hex = '']) =>
					Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le')
				)
		);
		tables.set(name, letters);
	}
	let text = '';
	for (const body of objects.values()) {
		if (!body.includes('stream\n') || !body.includes(' Tf')) continue;
		let font: string[] = [];
		for (const [, name, shown] of body.matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*?)\] TJ/g)) {
			if (name) font = tables.get(name) ?? [];
			for (const [, hex = ''] of (shown ?? '').matchAll(/<([0-9a-f]+)>/g)) {
				for (let at = 0; at < hex.length; at += 4) text += font[parseInt(hex.slice(at, at + 4), 16)] ?? '\uFFFD';
			}
			if (shown !== undefined && !text.endsWith(' ')) text += '';
		}
	}
	return text;
}
