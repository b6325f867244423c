import { describe, expect, it } from 'vitest';
import { containing } from './search.ts';

describe('containing', () => {
	it('keeps ordinary names, references, addresses and numbers as they are', () => {
		for (const text of ['Zoë Campbell', 'MH-7K3Q2', 'ana+1@example.test', '555-0188']) {
			expect(containing(text)).toBe(`%${text}%`);
		}
	});
	it('gives nothing that was typed a meaning of its own', () => {
		expect(containing('50%,or(id.gt.0)"\\')).toBe('%50__or_id.gt.0___%');
	});
});
