/** What became of a card: a charge as Stripe's API shapes it, with all that it tells of the card and its bank. */
import type Stripe from 'stripe';
import type { Decline, TestCard } from './cards.ts';
import { newId, seconds } from './ids.ts';
import { currency } from './objects.ts';

export interface Payer {
	name: string | null;
	email: string | null;
	zip: string | null;
}

export interface Attempt {
	intent: Stripe.PaymentIntent;
	card: TestCard;
	expiry: { month: number; year: number };
	payer: Payer;
	decline: Decline | null;
	/** Whether the cardholder proved who they are. */
	authenticated: boolean;
	paymentMethod: string;
}

export function newCharge(attempt: Attempt): Stripe.Charge {
	const { intent, payer, decline } = attempt;
	const paid = decline === null;
	return {
		id: newId('ch'),
		object: 'charge',
		amount: intent.amount,
		amount_captured: paid ? intent.amount : 0,
		amount_refunded: 0,
		application: null,
		application_fee: null,
		application_fee_amount: null,
		balance_transaction: null,
		billing_details: {
			address: { city: null, country: 'US', line1: null, line2: null, postal_code: payer.zip, state: null },
			email: payer.email,
			name: payer.name,
			phone: null,
			tax_id: null
		},
		calculated_statement_descriptor: 'MY HIBACHI',
		captured: paid,
		created: seconds(),
		currency,
		customer: intent.customer,
		description: intent.description,
		disputed: false,
		failure_balance_transaction: null,
		failure_code: decline?.code ?? null,
		failure_message: decline?.message ?? null,
		fraud_details: {},
		livemode: false,
		metadata: intent.metadata,
		on_behalf_of: null,
		outcome: {
			advice_code: null,
			network_advice_code: null,
			network_decline_code: null,
			network_status: paid ? 'approved_by_network' : 'declined_by_network',
			reason: decline ? (decline.decline_code ?? decline.code) : null,
			risk_level: 'normal',
			risk_score: 12,
			seller_message: paid ? 'Payment complete.' : 'The bank did not return any further details with this decline.',
			type: paid ? 'authorized' : 'issuer_declined'
		},
		paid,
		payment_intent: intent.id,
		payment_method: attempt.paymentMethod,
		payment_method_details: { card: cardDetails(attempt), type: 'card' },
		receipt_email: null,
		receipt_number: null,
		receipt_url: null,
		refunded: false,
		review: null,
		shipping: null,
		source: null,
		source_transfer: null,
		statement_descriptor: null,
		statement_descriptor_suffix: null,
		status: paid ? 'succeeded' : 'failed',
		transfer_data: null,
		transfer_group: null
	};
}

function cardDetails({ card, expiry, intent, authenticated }: Attempt): Stripe.Charge.PaymentMethodDetails.Card {
	return {
		amount_authorized: intent.amount,
		authorization_code: '123456',
		brand: card.brand,
		checks: { address_line1_check: null, address_postal_code_check: 'pass', cvc_check: 'pass' },
		country: 'US',
		electronic_commerce_indicator: null,
		exp_month: expiry.month,
		exp_year: expiry.year,
		fingerprint: `simulated${card.number.slice(-4)}`,
		funding: card.funding,
		installments: null,
		last4: card.number.slice(-4),
		mandate: null,
		network: card.brand,
		network_transaction_id: newId('x', 15).slice(2),
		regulated_status: 'unregulated',
		three_d_secure: authenticated
			? {
					authentication_flow: 'challenge',
					electronic_commerce_indicator: '05',
					exemption_indicator: null,
					result: 'authenticated',
					result_reason: null,
					transaction_id: newId('x', 36).slice(2),
					version: '2.2.0'
				}
			: null,
		transaction_link_id: null,
		wallet: null
	};
}
