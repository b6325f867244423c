import * as z from 'zod/mini';
import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { ApiError, dataOf } from '#admin/platform/api.ts';
import { formatCents } from '#shared/platform/money.ts';
import { fractionOf } from '#shared/tax/report.ts';
import { importCounts, readRateFile, type ImportPreview, type LineError } from './import.ts';

const needs = ['taxes.write'] as const;
const saved = z.object({ id: z.string(), outcome: z.enum(['added', 'replaced', 'unchanged']) });
const settled = z.object({ county: z.string(), tax_cents: z.int() });

const done = {
	added: 'The rate is added.',
	replaced: 'The new version is saved; the one before stays in the history.',
	unchanged: 'That rate is there already.'
};

/** Form action: adds a rate, or with an id a new version of that one. */
export const saveRate = action('save', needs, async ({ api, field }) => {
	const rate = readPercent(field('rate_percent'));
	const names = ['state', 'county', 'city', 'zips', 'effective_from', 'effective_to', 'note'];
	const typed = Object.fromEntries(names.map((name) => [name, field(name)]));
	const p_rate = { ...typed, rate, ...(field('id') && { id: field('id') }) };
	const answer = await inPercent(async () => dataOf(await api.rpc('save_tax_rate', { p_rate })));
	return { done: done[saved.parse(answer).outcome] };
});

/** Form action: takes a rate out of use. */
export const archiveRate = action('archive', needs, async ({ api, field }) => {
	dataOf(await api.rpc('archive_tax_rate', { p_rate: field('id'), p_reason: field('reason') }));
	return { done: 'The rate is archived. What was reckoned with it stays.' };
});

/** Form action: settles the tax of a flagged booking. */
export const settleTax = action('settle', needs, async ({ api, field }) => {
	const percent = field('rate_percent');
	const rate = percent === '' ? undefined : readPercent(percent);
	const p_request = { state: field('state'), county: field('county'), reason: field('reason'), rate };
	const args = { p_booking: field('booking'), p_request };
	const answer = await inPercent(async () => dataOf(await api.rpc('set_booking_tax', args)));
	const { county, tax_cents } = settled.parse(answer);
	return { done: `Settled: ${formatCents(tax_cents)} of tax for ${county}.` };
});

const largest = 500_000;

/** Form action: reads a file and asks the database what would come of it; writes nothing. */
export const checkFile = action('check', needs, async (work) => {
	const text = await textOf(work);
	const preview: ImportPreview = { text, ...(await importText(work, text, true)) };
	return { ...summary(preview.counts, 'Nothing is imported yet.'), preview };
});

/** Form action: imports the file that was checked, all of it or nothing. */
export const importFile = action('import', needs, async (work) => {
	const { counts } = await importText(work, await textOf(work), false);
	return summary(counts, 'All of it is imported.');
});

function summary({ added, replaced, unchanged }: ImportPreview['counts'], what: string): { done: string } {
	return { done: `${added} new, ${replaced} changed, ${unchanged} as they were. ${what}` };
}

async function textOf({ form, field }: Deed): Promise<string> {
	const file = form.get('file');
	const text = file instanceof File && file.size > 0 ? await sized(file) : field('text');
	if (!text) throw invalid({ file: 'Choose a CSV file.' });
	return text;
}

async function sized(file: File): Promise<string> {
	if (file.size > largest) throw invalid({ file: 'The file is larger than 500 kB.' });
	return file.text();
}

async function importText({ api }: Deed, text: string, dry: boolean) {
	const { rows, errors } = readRateFile(text);
	if (errors.length > 0) throw wrongLines(errors);
	const counts = importCounts.parse(dataOf(await api.rpc('import_tax_rates', { p_rows: rows, p_dry_run: dry })));
	return { rows, counts };
}

function wrongLines(errors: LineError[]): ApiError {
	return new ApiError({
		status: 422,
		code: 'INVALID_REQUEST',
		message: 'Some rows need another look; none was imported.',
		hint: 'Correct the lines below and choose the file again.',
		fields: {},
		details: { errors }
	});
}

function readPercent(text: string): string {
	const rate = fractionOf(text);
	if (rate === null) throw invalid({ rate_percent: 'Enter the rate in per cent, like 9.125.' });
	return rate;
}

/** The database speaks of `rate`, the form of `rate_percent`. */
async function inPercent<T>(ask: () => Promise<T>): Promise<T> {
	try {
		return await ask();
	} catch (error) {
		if (!(error instanceof ApiError) || !error.problem.fields.rate) throw error;
		const { rate, ...fields } = error.problem.fields;
		throw new ApiError({ ...error.problem, fields: { ...fields, rate_percent: rate } });
	}
}
