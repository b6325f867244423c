import { describe, expect, it } from 'vitest';
import { csvLine } from '#admin/platform/csv.ts';
import { importHeader, readRateFile } from './import.ts';
import { rateCsv, type Rate } from './rates.ts';

const head = importHeader.join(',');

describe('reading a file of rates', () => {
	it('reads what an export writes', () => {
		const rate: Rate = {
			id: '1',
			state: 'CA',
			county: 'Santa Clara',
			city: 'San Jose',
			zips: ['95112', '95126'],
			rate: 0.09125,
			effective_from: '2024-01-01',
			effective_to: null,
			note: 'Notice, "final"',
			archived_at: null,
			archive_reason: null
		};
		const file = `\uFEFF${csvLine(rateCsv.map(({ label }) => label))}${csvLine(rateCsv.map(({ value }) => value(rate)))}`;
		expect(readRateFile(file)).toEqual({
			errors: [],
			rows: [
				{
					line: 2,
					state: 'CA',
					county: 'Santa Clara',
					city: 'San Jose',
					zips: '95112 95126',
					rate: '0.09125',
					effective_from: '2024-01-01',
					effective_to: '',
					note: 'Notice, "final"'
				}
			]
		});
	});

	it('names the line of what is wrong, past empty lines and line breaks in fields', () => {
		const { rows, errors } = readRateFile(
			`${head}\nCA,Marin,,,9.25,2026-01-01,,"two\nlines"\n\nCA,Napa,,,lots,2026-01-01,,Note\n`
		);
		expect(rows.map(({ line }) => line)).toEqual([2, 5]);
		expect(errors).toEqual([{ line: 5, field: 'rate_percent', message: 'Enter the rate in per cent, like 9.125.' }]);
	});

	it('takes columns in any order, and without those that may be empty', () => {
		expect(
			readRateFile('note,rate_percent,effective_from,county,state\nNote,7 %,2026-01-01,Napa,CA').rows[0]
		).toMatchObject({
			county: 'Napa',
			rate: '0.07',
			city: ''
		});
	});

	it('says which columns a file lacks', () => {
		expect(readRateFile('county,rate\nNapa,7').errors).toEqual([
			{ line: 1, field: 'header', message: 'The first line lacks state, rate_percent, effective_from, note.' }
		]);
	});

	it('refuses a file without rates, and rows that are too long', () => {
		expect(readRateFile(head).errors[0]?.message).toBe('The file has no rates.');
		expect(readRateFile(`${head}\nCA,Napa,,,7,2026-01-01,,Note,more`).errors[0]?.field).toBe('row');
	});
});
