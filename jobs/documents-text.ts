/** Text in a PDF: each run in the file of Inter that has its letters, since the font comes cut into alphabets. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import type PDFDocument from 'pdfkit';

const require = createRequire(import.meta.url);
const alphabets = ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext'] as const;
type Alphabet = (typeof alphabets)[number];

/** What a letter that no alphabet has is shown as. */
export const unknownLetter = '?';

export interface TextStyle {
	size: number;
	bold?: boolean;
	colour?: string;
	align?: 'left' | 'right';
}

interface Run {
	alphabet: Alphabet;
	text: string;
}

const ranges = readRanges();

/** Draws text in one document; fonts are embedded once, when a letter first needs them. */
export class TextPen {
	readonly #doc: typeof PDFDocument.prototype;
	readonly #known = new Set<string>();

	constructor(doc: typeof PDFDocument.prototype) {
		this.#doc = doc;
	}

	/** Draws one line; `x` is its left end, or its right end where it is aligned right. */
	line(text: string, x: number, y: number, style: TextStyle): void {
		let at = style.align === 'right' ? x - this.width(text, style) : x;
		for (const run of runsOf(text)) {
			this.#use(run.alphabet, style).fillColor(style.colour ?? '#14213d');
			this.#doc.text(run.text, at, y, { lineBreak: false });
			at += this.#doc.widthOfString(run.text);
		}
	}

	width(text: string, style: TextStyle): number {
		return runsOf(text).reduce((sum, run) => sum + this.#use(run.alphabet, style).widthOfString(run.text), 0);
	}

	/** The lines that a text takes within a width; a word that is longer than it is broken. */
	wrap(text: string, width: number, style: TextStyle): string[] {
		const lines: string[] = [];
		let line = '';
		for (const word of text
			.split(/\s+/)
			.filter(Boolean)
			.flatMap((long) => this.#pieces(long, width, style))) {
			const longer = line ? `${line} ${word}` : word;
			if (line && this.width(longer, style) > width) {
				lines.push(line);
				line = word;
			} else line = longer;
		}
		return line || lines.length === 0 ? [...lines, line] : lines;
	}

	#pieces(word: string, width: number, style: TextStyle): string[] {
		if (this.width(word, style) <= width) return [word];
		const pieces: string[] = [];
		let piece = '';
		for (const letter of word) {
			if (piece && this.width(piece + letter, style) > width) {
				pieces.push(piece);
				piece = '';
			}
			piece += letter;
		}
		return [...pieces, piece];
	}

	#use(alphabet: Alphabet, { size, bold }: TextStyle): typeof PDFDocument.prototype {
		const name = `inter-${alphabet}-${bold ? 700 : 400}-normal`;
		if (!this.#known.has(name)) {
			this.#doc.registerFont(name, fontFile(name));
			this.#known.add(name);
		}
		return this.#doc.font(name).fontSize(size);
	}
}

const unpacked = new Map<string, Buffer>();

/** A font's tables, unpacked once in the life of the process: the PDF library would do it for every document, and slowly. */
function fontFile(name: string): Buffer {
	const known = unpacked.get(name);
	if (known) return known;
	const font = sfntOf(readFileSync(require.resolve(`@fontsource/inter/files/${name}.woff`)));
	unpacked.set(name, font);
	return font;
}

/** What a WOFF 1.0 file holds, as the font it was made from (https://www.w3.org/TR/WOFF/). */
function sfntOf(woff: Buffer): Buffer {
	const count = woff.readUInt16BE(12);
	const head = Buffer.alloc(12 + 16 * count);
	woff.copy(head, 0, 4, 8);
	head.writeUInt16BE(count, 4);
	const tables: Buffer[] = [];
	let offset = head.length;
	for (let index = 0; index < count; index += 1) {
		const entry = 44 + 20 * index;
		const start = woff.readUInt32BE(entry + 4);
		const packed = woff.subarray(start, start + woff.readUInt32BE(entry + 8));
		const length = woff.readUInt32BE(entry + 12);
		const table = packed.length < length ? inflateSync(packed) : packed;
		woff.copy(head, 12 + 16 * index, entry, entry + 4);
		woff.copy(head, 16 + 16 * index, entry + 16, entry + 20);
		head.writeUInt32BE(offset, 20 + 16 * index);
		head.writeUInt32BE(length, 24 + 16 * index);
		tables.push(table, Buffer.alloc(-length & 3));
		offset += length + (-length & 3);
	}
	return Buffer.concat([head, ...tables]);
}

/** Cuts a text where another alphabet begins. Control characters go; what Inter does not have becomes a question mark. */
export function runsOf(text: string): Run[] {
	const runs: Run[] = [];
	for (const letter of text.normalize('NFC').replace(/\p{C}/gu, '')) {
		const found = alphabetOf(letter.codePointAt(0) ?? 0, runs.at(-1)?.alphabet);
		const run: Run = found ? { alphabet: found, text: letter } : { alphabet: 'latin', text: unknownLetter };
		const last = runs.at(-1);
		if (last?.alphabet === run.alphabet) last.text += run.text;
		else runs.push(run);
	}
	return runs;
}

/** The one in use where it has the letter, so that a word is cut as seldom as can be. */
function alphabetOf(letter: number, inUse: Alphabet | undefined): Alphabet | undefined {
	const has = (alphabet: Alphabet) => ranges[alphabet].some(([from, to]) => letter >= from && letter <= to);
	return inUse && has(inUse) ? inUse : alphabets.find(has);
}

function readRanges(): Record<Alphabet, [number, number][]> {
	const listed = JSON.parse(readFileSync(require.resolve('@fontsource/inter/unicode.json'), 'utf8')) as Record<
		string,
		string
	>;
	return Object.fromEntries(
		alphabets.map((alphabet) => [
			alphabet,
			(listed[alphabet] ?? '').split(',').map((range) => {
				const [from = '', to = from] = range.replace('U+', '').split('-');
				return [parseInt(from, 16), parseInt(to, 16)];
			})
		])
	) as Record<Alphabet, [number, number][]>;
}
