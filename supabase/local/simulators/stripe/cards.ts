/** Stripe's test cards, as far as we try them, and what a card form says of wrong input. */

export type Funding = 'credit' | 'debit' | 'prepaid';

export interface Decline {
	code: string;
	decline_code?: string;
	message: string;
}

export interface TestCard {
	number: string;
	brand: 'visa' | 'mastercard';
	funding: Funding;
	outcome: 'paid' | 'challenge' | Decline;
	what: string;
}

const visa = { brand: 'visa', funding: 'credit' } as const;

/** Said after a challenge that failed as well. */
export const notAuthenticated: Decline = {
	code: 'payment_intent_authentication_failure',
	message: 'We are unable to authenticate your payment method. Please choose a different payment method and try again.'
};

export const testCards: readonly TestCard[] = [
	{ ...visa, number: '4242424242424242', outcome: 'paid', what: 'Succeeds (credit)' },
	{ ...visa, number: '4000056655665556', funding: 'debit', outcome: 'paid', what: 'Succeeds (debit)' },
	{ brand: 'mastercard', number: '5105105105105100', funding: 'prepaid', outcome: 'paid', what: 'Succeeds (prepaid)' },
	{ ...visa, number: '4000002500003155', outcome: 'challenge', what: 'Asks for 3-D Secure' },
	{
		...visa,
		number: '4000000000000002',
		outcome: { code: 'card_declined', decline_code: 'generic_decline', message: 'Your card was declined.' },
		what: 'Is declined'
	},
	{
		...visa,
		number: '4000000000009995',
		outcome: {
			code: 'card_declined',
			decline_code: 'insufficient_funds',
			message: 'Your card has insufficient funds.'
		},
		what: 'Has insufficient funds'
	},
	{
		...visa,
		number: '4000000000000069',
		outcome: { code: 'expired_card', message: 'Your card has expired.' },
		what: 'Has expired'
	},
	{
		...visa,
		number: '4000000000000119',
		outcome: {
			code: 'processing_error',
			message: 'An error occurred while processing your card. Try again in a little bit.'
		},
		what: 'Meets a processing error'
	}
];

export interface CardInput {
	number: string;
	/** `MM / YY`. */
	expiry: string;
	cvc: string;
}

export type CardField = keyof CardInput;

/** The card, or what is wrong with which field. A valid number that is no test card is declined, as in Stripe's test mode. */
export function readCard(
	input: CardInput,
	now: Date
): { card: TestCard; month: number; year: number } | { wrong: Partial<Record<CardField, string>> } {
	const wrong: Partial<Record<CardField, string>> = {};
	const digits = input.number.replace(/[\s-]/g, '');
	if (!/^\d{12,19}$/.test(digits)) wrong.number = 'Your card number is incomplete.';
	else if (!passesLuhn(digits)) wrong.number = 'Your card number is invalid.';
	const [, month = 0, shortYear = 0] = (/^\s*(\d{1,2})\s*\/?\s*(?:20)?(\d{2})\s*$/.exec(input.expiry) ?? []).map(
		Number
	);
	const year = 2000 + shortYear;
	if (month < 1 || month > 12) wrong.expiry = 'Your card’s expiration date is incomplete.';
	else if (new Date(year, month, 1) <= now) wrong.expiry = 'Your card’s expiration date is in the past.';
	if (!/^\d{3,4}$/.test(input.cvc.trim())) wrong.cvc = 'Your card’s security code is incomplete.';
	if (Object.keys(wrong).length > 0) return { wrong };
	const card = testCards.find(({ number }) => number === digits) ?? {
		...visa,
		number: digits,
		outcome: {
			code: 'card_declined',
			decline_code: 'test_mode_live_card',
			message: 'Your card was declined. Your request was in test mode, but used a non test card.'
		},
		what: 'Is no test card'
	};
	return { card, month, year };
}

function passesLuhn(digits: string): boolean {
	const sum = [...digits].reverse().reduce((total, digit, index) => {
		const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
		return total + (value > 9 ? value - 9 : value);
	}, 0);
	return sum % 10 === 0;
}
