/**
 * Draws an invoice or a receipt. The same document gives the same bytes: its dates are the row's, and nothing is random.
 */
import PDFDocument from 'pdfkit';
import { documentPage, type DocumentPage, type PrintedDocument } from '#shared/payments/documents.ts';
import { TextPen, type TextStyle } from './documents-text.ts';

const red = '#dc2626';
const ink = '#14213d';
const soft = '#55607a';
const hairline = '#d8dce5';

const left = 54;
const right = 558;
const bottom = 730;
const columns = { quantity: 390, unit: 470, amount: right };

/** The PDF of a document; letter size. `compress` off is for looking into it. */
export async function drawDocument(document: PrintedDocument, compress = true): Promise<Buffer> {
	const page = documentPage(document);
	const madeAt = new Date(document.created_at);
	const doc = new PDFDocument({
		size: 'LETTER',
		margin: 0,
		compress,
		lang: 'en-US',
		displayTitle: true,
		info: {
			Title: `${page.title} ${page.number}`,
			Author: 'My Hibachi',
			Producer: 'My Hibachi',
			Creator: 'My Hibachi',
			CreationDate: madeAt,
			ModDate: madeAt
		}
	});
	const chunks: Buffer[] = [];
	const done = new Promise<Buffer>((resolve, reject) => {
		doc.on('data', (chunk: Buffer) => chunks.push(chunk));
		doc.on('end', () => resolve(Buffer.concat(chunks)));
		doc.on('error', reject);
	});
	const pen = new TextPen(doc);
	drawHead(doc, pen, page);
	drawSums(doc, pen, page, drawRows(doc, pen, page, drawBlocks(pen, page)));
	doc.end();
	return done;
}

type Doc = typeof PDFDocument.prototype;

function drawHead(doc: Doc, pen: TextPen, { title, number, facts }: DocumentPage): void {
	doc.rect(0, 0, 612, 6).fill(red);
	drawLogo(doc, left, 40, 38);
	pen.line('My Hibachi', left + 48, 49, { size: 19, bold: true });
	pen.line(title, right, 38, { size: 24, bold: true, colour: red, align: 'right' });
	pen.line(number, right, 70, { size: 11, bold: true, align: 'right' });
	facts.forEach(([name, value], index) =>
		pen.line(`${name}: ${value}`, right, 88 + index * 14, { size: 9.5, colour: soft, align: 'right' })
	);
}

/** The flame over the griddle, as ui/Logo.svelte has it. */
function drawLogo(doc: Doc, x: number, y: number, size: number): void {
	doc
		.save()
		.translate(x, y)
		.scale(size / 40);
	doc.roundedRect(0, 0, 40, 40, 11).fill(red);
	const flame = doc.linearGradient(20, 5, 20, 27).stop(0, '#ffe9a8').stop(1, '#ffb02e');
	doc
		.path(
			'M20.6 5.5c.9 4.6-5.9 7.6-5.9 13.9 0 4.4 2.9 7 5.6 7s5.7-2.3 5.7-6.5c0-2.3-.9-3.9-2-5.3-.3 1.5-1 2.3-1.9 2.8.7-4.3-.2-8.9-1.5-11.9Z'
		)
		.fill(flame);
	doc.path('M20.3 17.8c.3 2.1-2.1 2.9-2.1 5.2 0 1.6 1 2.6 2.1 2.6s2.2-.9 2.2-2.5c0-2.2-1.7-3-2.2-5.3Z').fill('#fff7e6');
	doc.path('M7.5 28.4h25c0 3.2-3.7 5.4-12.5 5.4S7.5 31.6 7.5 28.4Z').fill('#16213d');
	doc.moveTo(6.5, 28.3).lineTo(33.5, 28.3).lineCap('round').lineWidth(2).stroke('#fff7e6');
	doc.restore();
}

/** Who and what, side by side; answers where they end. */
function drawBlocks(pen: TextPen, { blocks }: DocumentPage): number {
	const width = 235;
	const ends = blocks.map(({ heading, lines }, index) => {
		const x = left + index * (width + 34);
		pen.line(heading.toUpperCase(), x, 150, { size: 8.5, bold: true, colour: soft });
		let y = 166;
		for (const [place, text] of lines.entries()) {
			const style: TextStyle = { size: 10.5, bold: place === 0 };
			for (const part of pen.wrap(text, width, style)) {
				pen.line(part, x, y, style);
				y += 15;
			}
		}
		return y;
	});
	return Math.max(...ends) + 20;
}

/** The lines with their amounts, over as many pages as they take; answers where they end. */
function drawRows(doc: Doc, pen: TextPen, { rows, number }: DocumentPage, top: number): number {
	const headed = rows.some(({ quantity }) => quantity !== '');
	const head = (y: number): number => {
		const style: TextStyle = { size: 8.5, bold: true, colour: soft };
		pen.line('DESCRIPTION', left, y, style);
		if (headed) {
			pen.line('QUANTITY', columns.quantity, y, { ...style, align: 'right' });
			pen.line('EACH', columns.unit, y, { ...style, align: 'right' });
		}
		pen.line('AMOUNT', columns.amount, y, { ...style, align: 'right' });
		rule(doc, y + 14, ink, 1);
		return y + 22;
	};
	let y = head(top);
	const style: TextStyle = { size: 10.5 };
	for (const { label, quantity, unit, amount } of rows) {
		const parts = pen.wrap(label, 270, style);
		if (y + parts.length * 15 > bottom) {
			doc.addPage();
			pen.line(number, left, 40, { size: 9.5, colour: soft });
			y = head(60);
		}
		pen.line(quantity, columns.quantity, y, { ...style, align: 'right' });
		pen.line(unit, columns.unit, y, { ...style, align: 'right' });
		pen.line(amount, columns.amount, y, { ...style, align: 'right' });
		for (const part of parts) {
			pen.line(part, left, y, style);
			y += 15;
		}
		rule(doc, y + 2, hairline, 0.5);
		y += 9;
	}
	return y;
}

function drawSums(doc: Doc, pen: TextPen, { sums, note }: DocumentPage, top: number): void {
	let y = top + 8;
	if (y + sums.length * 18 + 40 > bottom) {
		doc.addPage();
		y = 60;
	}
	for (const [index, [name, value]] of sums.entries()) {
		const style: TextStyle = index === 0 ? { size: 13, bold: true } : { size: 10.5, colour: soft };
		pen.line(name, 340, y, style);
		pen.line(value, right, y, { ...style, align: 'right' });
		y += index === 0 ? 22 : 17;
	}
	for (const part of pen.wrap(note, right - left, { size: 9.5 })) {
		pen.line(part, left, y + 24, { size: 9.5, colour: soft });
		y += 13;
	}
}

function rule(doc: Doc, y: number, colour: string, width: number): void {
	doc.moveTo(left, y).lineTo(right, y).lineWidth(width).stroke(colour);
}
