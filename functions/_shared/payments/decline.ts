/** Why a card payment did not go through, in plain words with what helps. Codes are Stripe's decline and error codes. */
export interface Decline {
	title: string;
	help: string;
}

const asked = 'Your bank can tell you why; it does not tell us.';

const declines: Record<string, Decline> = {
	card_declined: {
		title: 'Your bank declined the card',
		help: `${asked} Try again, or use another card.`
	},
	insufficient_funds: {
		title: 'There is not enough money on this card',
		help: 'Use another card, or pay by Zelle or Venmo without a fee.'
	},
	expired_card: {
		title: 'This card has expired',
		help: 'Check the date you typed, or use another card.'
	},
	processing_error: {
		title: 'The card company had a problem',
		help: 'It is not your card. Wait a moment and try again.'
	},
	incorrect_cvc: {
		title: 'The security code did not match',
		help: 'Check the three or four digits on the card and try again.'
	},
	incorrect_number: {
		title: 'The card number did not match',
		help: 'Check the digits you typed and try again.'
	},
	authentication_failed: {
		title: 'Your bank could not confirm it was you',
		help: 'Try again and finish the step your bank asks for, or use another card.'
	},
	session_expired: {
		title: 'The payment page was open too long',
		help: 'Nothing was charged. Start again; your choices are kept.'
	},
	limit: {
		title: 'The card is over its limit',
		help: 'Use another card, or pay by Zelle or Venmo without a fee.'
	},
	other: {
		title: 'The payment did not go through',
		help: 'Nothing was charged. Try again, or use another card.'
	}
};

/** Codes that mean the same to a payer. */
const alike: Record<string, keyof typeof declines> = {
	generic_decline: 'card_declined',
	do_not_honor: 'card_declined',
	lost_card: 'card_declined',
	stolen_card: 'card_declined',
	fraudulent: 'card_declined',
	call_issuer: 'card_declined',
	invalid_cvc: 'incorrect_cvc',
	invalid_number: 'incorrect_number',
	invalid_expiry_month: 'expired_card',
	invalid_expiry_year: 'expired_card',
	authentication_required: 'authentication_failed',
	authentication_failure: 'authentication_failed',
	payment_intent_authentication_failure: 'authentication_failed',
	card_velocity_exceeded: 'limit',
	withdrawal_count_limit_exceeded: 'limit',
	expired: 'session_expired'
};

/** The words for a failed attempt. A lost or stolen card is told as a plain decline: the payer may not be its owner. */
export function declineWords(checkout: { status: string; failure_code: string | null }): Decline {
	const code = checkout.failure_code ?? (checkout.status === 'expired' ? 'session_expired' : 'other');
	return declines[alike[code] ?? code] ?? (declines.other as Decline);
}
