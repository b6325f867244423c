import { describe, expect, it } from 'vitest';
import { refusalAtFields } from './refusal.ts';

const refusal = (code: string, fields?: Record<string, string>) => ({
	code,
	message: 'No.',
	details: fields ? { fields } : null
});

describe('a refusal of the database at the fields of the form', () => {
	it('stands where the request stands, by the same path', () => {
		expect(refusalAtFields(refusal('INVALID_REQUEST', { 'contact.email': 'Odd.' }))).toEqual({
			'contact.email': 'Odd.'
		});
	});
	it('finds the fields that the form calls otherwise', () => {
		expect(refusalAtFields(refusal('UNKNOWN_ZIP', { zip: 'Check it.' }))).toEqual({ 'venue.zip': 'Check it.' });
		expect(refusalAtFields(refusal('INVALID_REQUEST', { starts_at: 'Past.' }))).toEqual({ date: 'Past.' });
	});
	it('finds an item by its place in the request', () => {
		const items = [
			{ code: 'addon_rice', quantity: 1 },
			{ code: 'addon_sake', quantity: 99 }
		];
		expect(refusalAtFields(refusal('INVALID_REQUEST', { 'items.1.quantity': 'Too many.' }), items)).toEqual({
			'items.addon_sake': 'Too many.'
		});
	});
	it('stands at the field that its code is about where it names none', () => {
		expect(refusalAtFields(refusal('TOO_SOON'))).toEqual({ date: 'No.' });
		expect(refusalAtFields(refusal('RATE_LIMITED'))).toEqual({});
	});
});
