/** Objects of Stripe's API as its pinned version shapes them: the SDK's types see that no field is wanting. */
import type Stripe from 'stripe';
import { newId, seconds } from './ids.ts';

export const currency = 'usd';
/** What Stripe keeps of a card payment, so that balances have their sense: 2.9 % and 30 cents. */
const processingFee = (amount: number): number => Math.round(amount * 0.029) + 30;

export function newCustomer(given: Pick<Stripe.Customer, 'email' | 'name' | 'phone' | 'metadata'>): Stripe.Customer {
	return {
		id: newId('cus', 14),
		object: 'customer',
		address: null,
		balance: 0,
		created: seconds(),
		currency: null,
		default_source: null,
		delinquent: false,
		description: null,
		discount: null,
		invoice_prefix: newId('x', 8).slice(2).toUpperCase(),
		invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
		livemode: false,
		next_invoice_sequence: 1,
		preferred_locales: [],
		shipping: null,
		tax_exempt: 'none',
		test_clock: null,
		...given
	};
}

/** Who pays, as far as it is known before they do. */
export function newCustomerDetails(email: string | null): Stripe.Checkout.Session.CustomerDetails {
	return {
		address: null,
		business_name: null,
		email,
		individual_name: null,
		name: null,
		phone: null,
		tax_exempt: 'none',
		tax_ids: []
	};
}

export type SessionFacts = Pick<
	Stripe.Checkout.Session,
	| 'amount_total'
	| 'cancel_url'
	| 'client_reference_id'
	| 'customer'
	| 'customer_creation'
	| 'customer_details'
	| 'customer_email'
	| 'expires_at'
	| 'metadata'
	| 'return_url'
	| 'success_url'
	| 'ui_mode'
>;

export function newSession(facts: SessionFacts, urlOf: (id: string) => string): Stripe.Checkout.Session {
	const id = newId('cs_test', 58);
	const hosted = facts.ui_mode === 'hosted_page';
	return {
		id,
		object: 'checkout.session',
		adaptive_pricing: { enabled: false },
		after_expiration: null,
		allow_promotion_codes: null,
		allowed_payment_method_types: null,
		amount_subtotal: facts.amount_total,
		automatic_tax: { enabled: false, liability: null, provider: null, status: null },
		billing_address_collection: null,
		client_secret: hosted ? null : `${id}_secret_${newId('x', 40).slice(2)}`,
		collected_information: null,
		consent: null,
		consent_collection: null,
		created: seconds(),
		currency,
		currency_conversion: null,
		custom_fields: [],
		custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
		customer_account: null,
		discounts: [],
		integration_identifier: null,
		invoice: null,
		invoice_creation: null,
		livemode: false,
		locale: null,
		managed_payments: null,
		mode: 'payment',
		origin_context: null,
		payment_intent: null,
		payment_link: null,
		payment_method_collection: 'if_required',
		payment_method_configuration_details: null,
		payment_method_options: { card: { request_three_d_secure: 'automatic' } },
		payment_method_types: ['card'],
		payment_status: 'unpaid',
		permissions: null,
		recovered_from: null,
		saved_payment_method_options: null,
		setup_intent: null,
		shipping_address_collection: null,
		shipping_cost: null,
		shipping_options: [],
		status: 'open',
		submit_type: null,
		subscription: null,
		total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
		url: hosted ? urlOf(id) : null,
		wallet_options: null,
		...facts
	};
}

export function newIntent(
	facts: Pick<Stripe.PaymentIntent, 'amount' | 'customer' | 'description' | 'metadata'>
): Stripe.PaymentIntent {
	const id = newId('pi');
	return {
		id,
		object: 'payment_intent',
		allowed_payment_method_types: null,
		amount_capturable: 0,
		amount_received: 0,
		application: null,
		application_fee_amount: null,
		automatic_payment_methods: null,
		canceled_at: null,
		cancellation_reason: null,
		capture_method: 'automatic_async',
		client_secret: `${id}_secret_${newId('x', 25).slice(2)}`,
		confirmation_method: 'automatic',
		created: seconds(),
		currency,
		customer_account: null,
		excluded_payment_method_types: null,
		last_payment_error: null,
		latest_charge: null,
		livemode: false,
		managed_payments: null,
		next_action: null,
		on_behalf_of: null,
		payment_method: null,
		payment_method_configuration_details: null,
		payment_method_options: {
			card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' }
		},
		payment_method_types: ['card'],
		payment_record: null,
		processing: null,
		receipt_email: null,
		review: null,
		setup_future_usage: null,
		shipping: null,
		source: null,
		statement_descriptor: null,
		statement_descriptor_suffix: null,
		status: 'requires_payment_method',
		transfer_data: null,
		transfer_group: null,
		...facts
	};
}

export function newRefund(
	facts: Pick<Stripe.Refund, 'amount' | 'metadata' | 'reason'>,
	charge: Stripe.Charge
): Stripe.Refund {
	return {
		id: newId('re'),
		object: 'refund',
		balance_transaction: null,
		charge: charge.id,
		created: seconds(),
		currency,
		customer: charge.customer,
		customer_account: null,
		destination_details: {
			card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
			type: 'card'
		},
		payment_intent: charge.payment_intent,
		payment_method: charge.payment_method,
		receipt_number: null,
		source_transfer_reversal: null,
		status: 'succeeded',
		transfer_reversal: null,
		...facts
	};
}

export function newDispute(charge: Stripe.Charge, reason: string): Stripe.Dispute {
	const fourteenDays = 14 * 86_400;
	return {
		id: newId('du'),
		object: 'dispute',
		amount: charge.amount,
		balance_transactions: [],
		charge: charge.id,
		created: seconds(),
		currency,
		enhanced_eligibility_types: [],
		evidence: {} as Stripe.Dispute.Evidence,
		evidence_details: {
			due_by: seconds() + fourteenDays,
			enhanced_eligibility: {},
			has_evidence: false,
			past_due: false,
			submission_count: 0,
			submission_method: 'manual'
		},
		intended_submission_method: null,
		is_charge_refundable: false,
		livemode: false,
		metadata: {},
		payment_intent: charge.payment_intent,
		reason,
		status: 'needs_response'
	};
}

/** One movement of the account's balance. A refund gives the fee not back. */
export function newTransaction(
	type: 'charge' | 'refund' | 'adjustment',
	source: string,
	amount: number
): Stripe.BalanceTransaction {
	const fee = type === 'charge' ? processingFee(amount) : 0;
	return {
		id: newId('txn'),
		object: 'balance_transaction',
		amount,
		available_on: seconds() + 2 * 86_400,
		balance_type: 'payments',
		created: seconds(),
		currency,
		description: null,
		exchange_rate: null,
		fee,
		fee_details: fee
			? [{ amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' }]
			: [],
		net: amount - fee,
		reporting_category: type === 'adjustment' ? 'dispute' : type,
		source,
		status: 'pending',
		type
	};
}
