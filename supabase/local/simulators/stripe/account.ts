/**
 * The simulated account: what happens to its money, and which events tell of it, in Stripe's order. It charges test cards only
 * and never leaves this machine.
 */
import Stripe from 'stripe';
import { notAuthenticated, type Decline, type TestCard } from './cards.ts';
import { invalid, missing, StripeRefusal } from './errors.ts';
import { newId, seconds } from './ids.ts';
import { newCharge, type Attempt, type Payer } from './charges.ts';
import { newCustomer, newCustomerDetails, newDispute, newIntent, newRefund, newTransaction } from './objects.ts';
import type { SessionDraft, StripeStore } from './store.ts';

export type Paid = { state: 'paid' } | { state: 'challenge'; intent: string } | { state: 'declined'; decline: Decline };

export interface EventRequest {
	id: string | null;
	idempotency_key: string | null;
}

const noRequest: EventRequest = { id: null, idempotency_key: null };

export class StripeAccount {
	readonly store: StripeStore;
	readonly #announce: (event: Stripe.Event) => void;
	/** Cards between the form and the end of their challenge. */
	readonly #challenges = new Map<string, Omit<Attempt, 'intent' | 'decline' | 'authenticated'>>();

	constructor(store: StripeStore, announce: (event: Stripe.Event) => void) {
		this.store = store;
		this.#announce = announce;
	}

	/** An event of this moment, kept and sent on. `previous` names what the object had before. */
	emit(type: string, object: { id: string }, previous?: object, request = noRequest): Stripe.Event {
		const event = {
			id: newId('evt'),
			object: 'event',
			api_version: Stripe.API_VERSION,
			created: seconds(),
			data: { object: structuredClone(object), ...(previous && { previous_attributes: previous }) },
			livemode: false,
			pending_webhooks: 1,
			request,
			type
		} as unknown as Stripe.Event;
		this.store.put('events', event);
		this.#announce(event);
		return event;
	}

	addSession(session: Stripe.Checkout.Session, draft: Omit<SessionDraft, 'id'>): Stripe.Checkout.Session {
		this.store.put('drafts', { id: session.id, ...draft });
		return this.store.put('sessions', session);
	}

	/** The session as it is now: one whose time is over has expired. */
	session(id: string): Stripe.Checkout.Session {
		const session = this.store.get('sessions', id);
		if (!session) throw missing('checkout.session', id);
		if (session.status === 'open' && session.expires_at <= seconds()) return this.#expire(session);
		return session;
	}

	expireSession(id: string, request?: EventRequest): Stripe.Checkout.Session {
		const session = this.session(id);
		if (session.status !== 'open') {
			throw invalid(
				`Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`
			);
		}
		return this.#expire(session, request);
	}

	/** Expires every open session whose time is over. */
	expireDue(): void {
		for (const { id, status } of this.store.all('sessions')) if (status === 'open') this.session(id);
	}

	#expire(session: Stripe.Checkout.Session, request?: EventRequest): Stripe.Checkout.Session {
		const expired = this.store.change('sessions', session.id, { status: 'expired', url: null });
		this.emit('checkout.session.expired', expired, undefined, request);
		return expired;
	}

	/** One attempt to pay an open session by a card. */
	pay(sessionId: string, card: TestCard, expiry: { month: number; year: number }, payer: Payer): Paid {
		const session = this.session(sessionId);
		if (session.status === 'complete') return { state: 'paid' };
		if (session.status !== 'open') throw invalid('This Checkout Session has expired.');
		const intent = this.#intentOf(session, payer);
		const given = { card, expiry, payer, paymentMethod: newId('pm') };
		if (card.outcome === 'challenge') {
			this.#challenges.set(intent.id, given);
			const waiting = this.store.change('intents', intent.id, {
				status: 'requires_action',
				last_payment_error: null,
				payment_method: given.paymentMethod,
				next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} }
			});
			this.emit('payment_intent.requires_action', waiting);
			return { state: 'challenge', intent: intent.id };
		}
		const decline = card.outcome === 'paid' ? null : card.outcome;
		return this.#settle(session, { ...given, intent, decline, authenticated: false });
	}

	/** The end of a 3-D Secure challenge. Answers null for one that is not open (any more). */
	challenge(intentId: string, complete: boolean): { session: Stripe.Checkout.Session; paid: Paid } | null {
		const given = this.#challenges.get(intentId);
		const intent = this.store.get('intents', intentId);
		const found = this.store.all('sessions').find(({ payment_intent }) => payment_intent === intentId);
		if (!given || !found || intent?.status !== 'requires_action') return null;
		this.#challenges.delete(intentId);
		const session = this.session(found.id);
		if (session.status !== 'open') return { session, paid: { state: 'declined', decline: notAuthenticated } };
		if (!complete) {
			this.#refuseIntent(intent, notAuthenticated, null);
			return { session, paid: { state: 'declined', decline: notAuthenticated } };
		}
		return { session, paid: this.#settle(session, { ...given, intent, decline: null, authenticated: true }) };
	}

	#intentOf(session: Stripe.Checkout.Session, payer: Payer): Stripe.PaymentIntent {
		const kept = typeof session.payment_intent === 'string' && this.store.get('intents', session.payment_intent);
		if (kept) return kept;
		const draft = this.store.get('drafts', session.id);
		const intent = this.store.put(
			'intents',
			newIntent({
				amount: session.amount_total ?? 0,
				customer: session.customer,
				description: draft?.description ?? null,
				metadata: draft?.metadata ?? {}
			})
		);
		this.store.change('sessions', session.id, {
			payment_intent: intent.id,
			customer_details: {
				...newCustomerDetails(payer.email),
				address: { city: null, country: 'US', line1: null, line2: null, postal_code: payer.zip, state: null },
				name: payer.name
			}
		});
		this.emit('payment_intent.created', intent);
		return intent;
	}

	#settle(session: Stripe.Checkout.Session, attempt: Attempt): Paid {
		const { intent, decline } = attempt;
		const charge = this.store.put('charges', newCharge(attempt));
		if (decline) {
			this.emit('charge.failed', charge);
			this.#refuseIntent(intent, decline, charge);
			return { state: 'declined', decline };
		}
		const transaction = this.store.put('transactions', newTransaction('charge', charge.id, charge.amount));
		const customer = session.customer ?? this.#newCustomerOf(session, attempt.payer);
		const charged = this.store.change('charges', charge.id, { balance_transaction: transaction.id, customer });
		const succeeded = this.store.change('intents', intent.id, {
			status: 'succeeded',
			amount_received: intent.amount,
			customer,
			last_payment_error: null,
			latest_charge: charge.id,
			next_action: null,
			payment_method: attempt.paymentMethod
		});
		const complete = this.store.change('sessions', session.id, {
			customer,
			status: 'complete',
			payment_status: 'paid',
			url: null
		});
		this.emit('charge.succeeded', charged);
		this.emit('payment_intent.succeeded', succeeded);
		this.emit('checkout.session.completed', complete);
		return { state: 'paid' };
	}

	/** With `customer_creation=always` whoever pays becomes a customer; else they stay a guest. */
	#newCustomerOf(session: Stripe.Checkout.Session, payer: Payer): string | null {
		if (session.customer_creation !== 'always') return null;
		const { email, name } = payer;
		const customer = this.store.put('customers', newCustomer({ email, name, phone: null, metadata: {} }));
		this.emit('customer.created', customer);
		return customer.id;
	}

	#refuseIntent(intent: Stripe.PaymentIntent, decline: Decline, charge: Stripe.Charge | null): void {
		const refused = this.store.change('intents', intent.id, {
			status: 'requires_payment_method',
			latest_charge: charge?.id ?? intent.latest_charge,
			next_action: null,
			payment_method: null,
			last_payment_error: {
				type: charge ? 'card_error' : 'invalid_request_error',
				code: decline.code,
				...(decline.decline_code && { decline_code: decline.decline_code }),
				...(charge && { charge: charge.id }),
				message: decline.message
			}
		});
		this.emit('payment_intent.payment_failed', refused);
	}

	/** Gives money back, all that is left unless an amount is given. */
	refund(
		facts: {
			charge: string | null;
			intent: string | null;
			amount: number | null;
			reason: Stripe.Refund.Reason | null;
			metadata: Record<string, string>;
		},
		request?: EventRequest
	): Stripe.Refund {
		const charge = this.#chargeOf(facts);
		const left = charge.amount - charge.amount_refunded;
		if (charge.disputed) {
			throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, undefined, 'charge_disputed');
		}
		if (left === 0) {
			throw invalid(`Charge ${charge.id} has already been refunded.`, undefined, 'charge_already_refunded');
		}
		const amount = facts.amount ?? left;
		if (!Number.isSafeInteger(amount) || amount < 1)
			throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
		if (amount > left) {
			throw invalid(
				`Refund amount ($${dollars(amount)}) is greater than unrefunded amount on charge ($${dollars(left)})`,
				'amount'
			);
		}
		const { reason, metadata } = facts;
		const draft = newRefund({ amount, reason, metadata }, charge);
		const transaction = this.store.put('transactions', newTransaction('refund', draft.id, -amount));
		const refund = this.store.put('refunds', { ...draft, balance_transaction: transaction.id });
		const refunded = this.store.change('charges', charge.id, {
			amount_refunded: charge.amount_refunded + amount,
			refunded: amount === left
		});
		this.emit(
			'charge.refunded',
			refunded,
			{ amount_refunded: charge.amount_refunded, ...(amount === left && { refunded: false }) },
			request
		);
		this.emit('refund.created', refund, undefined, request);
		return refund;
	}

	/** The bank sends a refund back some days later. */
	failRefund(id: string): Stripe.Refund {
		const refund = this.store.get('refunds', id);
		if (!refund || typeof refund.charge !== 'string') throw missing('refund', id);
		if (refund.status !== 'succeeded') throw invalid('Only a refund that succeeded can fail later.');
		const charge = this.store.get('charges', refund.charge);
		const transaction = this.store.put('transactions', newTransaction('adjustment', refund.id, refund.amount));
		const failed = this.store.change('refunds', id, {
			status: 'failed',
			failure_reason: 'lost_or_stolen_card',
			failure_balance_transaction: transaction.id
		});
		if (charge) {
			const amount_refunded = charge.amount_refunded - refund.amount;
			this.store.change('charges', charge.id, { amount_refunded, refunded: false });
		}
		this.emit('refund.failed', failed);
		return failed;
	}

	#chargeOf({ charge: id, intent: intentId }: { charge: string | null; intent: string | null }): Stripe.Charge {
		const intent = intentId ? this.store.get('intents', intentId) : undefined;
		if (intentId && !intent) throw missing('payment_intent', intentId, 'payment_intent');
		const chargeId = id ?? (typeof intent?.latest_charge === 'string' ? intent.latest_charge : null);
		const charge = chargeId ? this.store.get('charges', chargeId) : undefined;
		if (id && !charge) throw missing('charge', id, 'charge');
		if (!charge?.paid) {
			throw invalid(
				intentId
					? `This PaymentIntent (${intentId}) does not have a successful charge to refund.`
					: 'One of the following params should be provided for this request: payment_intent or charge.'
			);
		}
		return charge;
	}

	/** The cardholder's bank takes the money back until somebody decides. */
	dispute(chargeId: string, reason = 'fraudulent'): Stripe.Dispute {
		const charge = this.store.get('charges', chargeId);
		if (!charge?.paid) throw missing('charge', chargeId, 'charge');
		if (charge.disputed)
			throw new StripeRefusal(400, { type: 'invalid_request_error', message: 'This charge is disputed already.' });
		const draft = newDispute(charge, reason);
		const transaction = this.store.put('transactions', newTransaction('adjustment', draft.id, -draft.amount));
		const dispute = this.store.put('disputes', { ...draft, balance_transactions: [transaction] });
		this.store.change('charges', charge.id, { disputed: true });
		this.emit('charge.dispute.created', dispute);
		return dispute;
	}

	closeDispute(id: string, won: boolean): Stripe.Dispute {
		const dispute = this.store.get('disputes', id);
		if (!dispute) throw missing('dispute', id, 'dispute');
		if (dispute.status === 'won' || dispute.status === 'lost') throw invalid('This dispute is already closed.');
		const back = won ? [this.store.put('transactions', newTransaction('adjustment', id, dispute.amount))] : [];
		const closed = this.store.change('disputes', id, {
			status: won ? 'won' : 'lost',
			balance_transactions: [...dispute.balance_transactions, ...back]
		});
		this.emit('charge.dispute.closed', closed, { status: dispute.status });
		return closed;
	}
}

function dollars(cents: number): string {
	return (cents / 100).toFixed(2);
}
