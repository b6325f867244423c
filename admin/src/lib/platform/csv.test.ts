import { describe, expect, it } from 'vitest';
import { csvField, csvStream } from './csv.ts';

describe('csvField', () => {
	it.each(['=1+1', '+1510', '-2', '@sum', '\tx', '\r=1', '|calc', '＝1'])(
		'keeps a spreadsheet from running %j as a formula',
		(text) => {
			expect(csvField(text).replace(/^"/, '')).toMatch(/^'/);
		}
	);
	it('quotes commas, quotes and line ends', () => {
		expect(csvField('Rivera, "Robin"\nJr')).toBe('"Rivera, ""Robin""\nJr"');
	});
	it('leaves numbers as numbers, also negative ones', () => {
		expect(csvField(-5)).toBe('-5');
	});
	it('writes nothing for nothing', () => {
		expect([csvField(null), csvField(undefined)]).toEqual(['', '']);
	});
});

describe('csvStream', () => {
	async function* pages() {
		yield [{ name: 'Ana' }];
		yield [{ name: 'Bob' }, { name: '=x' }];
	}
	it('writes the head once and every row of every page', async () => {
		const bytes = new Uint8Array(
			await new Response(csvStream([{ label: 'Name', value: (row) => row.name }], pages())).arrayBuffer()
		);
		expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
		expect(new TextDecoder().decode(bytes)).toBe("Name\r\nAna\r\nBob\r\n'=x\r\n");
	});
});
