import { expect, test } from 'vitest';
import { exactNumber, isoTimestamp } from './values.ts';

test('a timestamp is one that every browser reads', () => {
	expect(isoTimestamp('2026-11-22 22:41:20.265+00')).toBe('2026-11-22T22:41:20.265+00:00');
	expect(isoTimestamp('2026-11-22 22:41:20')).toBe('2026-11-22T22:41:20');
	expect(isoTimestamp('infinity')).toBe('infinity');
});

test('a numeric is a number where one holds it exactly, else its text', () => {
	expect(exactNumber('9.0900')).toBe(9.09);
	expect(exactNumber('-0.5')).toBe(-0.5);
	expect(exactNumber('55000')).toBe(55_000);
	expect(exactNumber('12345678901234567890.12')).toBe('12345678901234567890.12');
	expect(exactNumber('NaN')).toBe('NaN');
});
