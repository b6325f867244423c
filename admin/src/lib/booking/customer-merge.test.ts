import { describe, expect, it } from 'vitest';
import { linkWords, mergeChoices, takenFields } from './customer-merge.ts';
import type { CustomerDetail } from './customer-schema.ts';

const ana: CustomerDetail = {
	id: 'a',
	user_id: null,
	name: 'Ana Ruiz',
	email: 'ana@example.test',
	phone: '+15102345678',
	sms_consent: true,
	sms_consent_at: '2026-11-01T00:00:00Z',
	station_id: 's',
	station_ids: ['s'],
	notes: '',
	created_at: '2026-11-01T00:00:00Z',
	updated_at: '2026-11-01T00:00:00Z',
	version: 1
};
const other = (over: Partial<CustomerDetail>): CustomerDetail => ({ ...ana, id: 'b', ...over });
const asked = (over: Partial<CustomerDetail>) => mergeChoices(ana, other(over)).map(({ field }) => field);

describe('what there is to choose when two customers become one', () => {
	it('is nothing where they agree, or where only one has a value', () => {
		expect(asked({})).toEqual([]);
		expect(asked({ email: null, phone: null, notes: 'No sesame' })).toEqual([]);
	});
	it('is each field in which they differ', () => {
		expect(asked({ name: 'Anna Ruiz', email: 'anna@example.test' })).toEqual(['name', 'email']);
	});
	it('is consent only for the same number; otherwise it follows the number', () => {
		expect(asked({ sms_consent: false })).toEqual(['sms_consent']);
		expect(asked({ sms_consent: false, phone: '+15102345679' })).toEqual(['phone']);
	});
	it('starts from what the database would take: the address of who signs in, both notes', () => {
		const signsIn = other({ user_id: 'u', email: 'anna@example.test' });
		expect(mergeChoices(ana, signsIn)[0]?.chosen).toBe('merge');
		expect(mergeChoices({ ...ana, notes: 'Gate 12' }, other({ notes: 'No sesame' }))[0]).toMatchObject({
			chosen: 'both',
			options: [{ value: 'keep' }, { value: 'merge' }, { value: 'both' }]
		});
	});
	it('is sent by field, without what was not asked', () => {
		const form = new Map([
			['take.name', 'merge'],
			['take.notes', 'both']
		]);
		expect(takenFields((name) => form.get(name) ?? '')).toEqual({ name: 'merge', notes: 'both' });
	});
});

describe('what moves, in words', () => {
	it('counts, also what this page does not know', () => {
		expect(linkWords({ bookings: 2, leads: 1, loyalty_cards: 1 })).toEqual(['2 bookings', '1 lead', '1 loyalty cards']);
	});
});
