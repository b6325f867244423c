import { expect, it } from 'vitest';
import { duration, fieldsOfTexts, textsOfFields } from './texts.ts';

const told = { zelle: 'To pay@myhibachi.test', venmo: null, fee_note: null, balance_days: 7, version: 3 };

it('what is shown is what is saved', () => {
	const { values, problems } = textsOfFields(fieldsOfTexts(told));
	expect(problems).toEqual({});
	expect({ ...values, version: 3 }).toEqual(told);
});

it('an emptied text is none, not a blank one', () => {
	expect(textsOfFields({ zelle: '  ' })).toEqual({ values: { zelle: null }, problems: {} });
});

it('says what is wrong at the field', () => {
	const { problems } = textsOfFields({ zelle: 'to us', fee_note: 'x'.repeat(501), balance_days: '91' });
	expect(Object.keys(problems)).toEqual(['zelle', 'fee_note', 'balance_days']);
	expect(textsOfFields({ balance_days: '-1' }).problems).toHaveProperty('balance_days');
	expect(textsOfFields({ balance_days: '' }).problems).toHaveProperty('balance_days');
});

it('a hold is told in hours and minutes', () => {
	expect([30, 90, 1440].map(duration)).toEqual(['30 min', '1 h 30 min', '24 h']);
});
