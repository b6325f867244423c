import { describe, expect, it } from 'vitest';
import { abandonedLead } from './abandoned.server.ts';

describe('the lead of a form that was left half-way', () => {
	it('keeps whatever of it makes sense', () => {
		expect(
			abandonedLead({
				'contact.name': ' Ann ',
				'contact.email': 'Ann@Example.com',
				'contact.phone': '123',
				'venue.zip': '94538',
				adults: '12',
				'items.addon_gyoza': '3',
				notes: 7
			})
		).toEqual({
			source: 'abandoned_form',
			contact: { name: 'Ann', email: 'ann@example.com', sms_consent: false },
			zip: '94538',
			adults: 12,
			children: 0,
			toddlers: 0,
			items: [{ code: 'addon_gyoza', quantity: 3 }]
		});
	});
	it('leaves a party out that makes no sense yet', () => {
		expect(abandonedLead({ 'contact.phone': '510 555 1234', adults: 'ten' })).toEqual({
			source: 'abandoned_form',
			contact: { phone: '+15105551234', sms_consent: false }
		});
	});
	it.each([null, 'text', {}, { 'contact.email': 'ann@' }, { 'contact.email': 7 }])('is none of %j', (typed) => {
		expect(abandonedLead(typed)).toBeNull();
	});
});
