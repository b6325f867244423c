import { describe, expect, it } from 'vitest';
import { asRefusal, fieldErrors } from './errors.ts';

describe('asRefusal', () => {
	it('reads the body of a refusing RPC', () => {
		const body = {
			code: 'TOO_SOON',
			message: 'Please book 48 hours ahead.',
			details: null,
			hint: 'Choose a later day.'
		};
		expect(asRefusal(body)).toEqual(body);
	});
	it('finds the code of a raised error in its details', () => {
		expect(
			asRefusal({ code: 'PT404', message: 'No such booking.', details: '{"code":"NOT_FOUND"}', hint: null })
		).toMatchObject({ code: 'NOT_FOUND' });
	});
	it.each([
		null,
		'x',
		[],
		{},
		{ code: '23505', message: 'duplicate key' },
		{ code: 'toString', message: 'x' },
		{ code: 'TOO_SOON' }
	])('is null for %j', (body) => expect(asRefusal(body)).toBeNull());
});

describe('fieldErrors', () => {
	it('keeps messages by path and drops what is not text', () => {
		expect(fieldErrors({ details: { fields: { 'contact.email': 'Enter an e-mail address.', adults: 3 } } })).toEqual({
			'contact.email': 'Enter an e-mail address.'
		});
		expect(fieldErrors({ details: null })).toEqual({});
	});
});
