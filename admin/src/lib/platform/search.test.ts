import { describe, expect, it } from 'vitest';
import { containing } from './search.ts';

describe('containing', () => {
	it('keeps wildcards and quotes as letters', () => {
		expect(containing('50%_"x"')).toBe('"%50\\\\%\\\\_\\"x\\"%"');
	});
	it('gives commas and parentheses no meaning', () => {
		expect(containing('a,or(b)')).toBe('"%a,or(b)%"');
	});
});
