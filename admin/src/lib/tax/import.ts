import Papa from 'papaparse';
import * as z from 'zod/mini';
import { fractionOf } from '#shared/tax/report.ts';

/** One thing that is wrong with a file, by the line that a text editor shows. */
export const lineError = z.object({ line: z.int(), field: z.string(), message: z.string() });
export type LineError = z.infer<typeof lineError>;

/** A row as `import_tax_rates` takes it. */
const importRow = z.object({
	line: z.int(),
	state: z.string(),
	county: z.string(),
	city: z.string(),
	zips: z.string(),
	rate: z.string(),
	effective_from: z.string(),
	effective_to: z.string(),
	note: z.string()
});
export type ImportRow = z.infer<typeof importRow>;

/** What `import_tax_rates` answers. */
export const importCounts = z.object({ added: z.int(), replaced: z.int(), unchanged: z.int(), dry_run: z.boolean() });

const importPreview = z.object({ text: z.string(), rows: z.array(importRow), counts: importCounts });
/** What came of looking at a file. */
export type ImportPreview = z.infer<typeof importPreview>;

/** The preview that the page's `form` holds, if the last submission made one. */
export function previewOf(form: unknown): ImportPreview | null {
	const read = z.object({ preview: importPreview }).safeParse(form);
	return read.success ? read.data.preview : null;
}

export const importHeader = [
	'state',
	'county',
	'city',
	'zips',
	'rate_percent',
	'effective_from',
	'effective_to',
	'note'
] as const;
const needed = ['state', 'county', 'rate_percent', 'effective_from', 'note'] as const;

/** Reads a CSV file of rates. Rows and errors both: the rows that can be read are shown beside what is wrong. */
export function readRateFile(text: string): { rows: ImportRow[]; errors: LineError[] } {
	const parsed = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: false });
	const [head = [], ...body] = parsed.data;
	const names = head.map((name) => name.trim().toLowerCase());
	const missing = needed.filter((name) => !names.includes(name));
	if (missing.length > 0) {
		return { rows: [], errors: [{ line: 1, field: 'header', message: `The first line lacks ${missing.join(', ')}.` }] };
	}
	const errors: LineError[] = [];
	const rows: ImportRow[] = [];
	let line = 1 + linesOf(head);
	for (const fields of body) {
		const at = line;
		line += linesOf(fields);
		if (fields.every((field) => field.trim() === '')) continue;
		const cell = (name: (typeof importHeader)[number]) => (fields[names.indexOf(name)] ?? '').trim().replace(/^'/, '');
		const rate = fractionOf(cell('rate_percent'));
		if (fields.length > names.length)
			errors.push({ line: at, field: 'row', message: 'There are more fields than in the first line.' });
		if (rate === null)
			errors.push({ line: at, field: 'rate_percent', message: 'Enter the rate in per cent, like 9.125.' });
		rows.push({
			line: at,
			state: cell('state'),
			county: cell('county'),
			city: cell('city'),
			zips: cell('zips'),
			rate: rate ?? '',
			effective_from: cell('effective_from'),
			effective_to: cell('effective_to'),
			note: cell('note')
		});
	}
	if (rows.length === 0) errors.push({ line: 2, field: 'file', message: 'The file has no rates.' });
	return { rows, errors };
}

/** A quoted field may hold line breaks. */
function linesOf(fields: readonly string[]): number {
	return 1 + fields.reduce((sum, field) => sum + (field.match(/\n/g)?.length ?? 0), 0);
}
