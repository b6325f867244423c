import { describe, expect, it } from 'vitest';
import { firstMessages } from '../booking/form.ts';
import { quoteContactForm } from './schema.ts';

const fields = (values: Record<string, string>) => firstMessages(quoteContactForm.safeParse(values).error);

describe('leaving contact details with a quote', () => {
	it('takes an e-mail address alone, or a phone number alone', () => {
		expect(fields({ email: 'a@b.test' })).toEqual({});
		expect(fields({ phone: '510 555 1234' })).toEqual({});
	});
	it('asks for one of the two', () => expect(fields({ name: 'Ann' })).toHaveProperty('email'));
	it('says what is wrong with the one that was typed', () => {
		expect(fields({ email: 'a@' }).email).toContain('e-mail address');
		expect(fields({ email: 'a@b.test', phone: '12' }).phone).toContain('area code');
		expect(fields({ email: 'a@b.test', zip: '12' }).zip).toContain('five digits');
	});
});
