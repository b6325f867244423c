/** Comparing what the card provider holds with the ledger. Pure: both sides come in, the differences come out. */

/** A card payment as one side knows it. Amounts in cents. */
export interface Held {
	payment_intent: string;
	paid_cents: number;
	refunded_cents: number;
}

export interface HeldDispute {
	dispute: string;
	payment_intent: string | null;
	amount_cents: number;
	status: 'open' | 'won' | 'lost';
}

export type DifferenceKind =
	'payment_missing' | 'payment_differs' | 'refund_differs' | 'not_at_provider' | 'dispute_missing' | 'dispute_differs';

export interface Difference {
	kind: DifferenceKind;
	/** What it is about, so that it is raised once. */
	subject: string;
	payment_intent: string | null;
	/** What the provider holds, and what the ledger says. */
	provider_cents: number;
	ledger_cents: number;
	/** By how much. */
	amount_cents: number;
}

/** What differs, in the order of the provider's list. Payments that one side alone has are told as missing there. */
export function differencesOf(
	provider: { payments: Held[]; disputes: HeldDispute[] },
	ledger: { payments: Held[]; disputes: HeldDispute[] }
): Difference[] {
	const booked = new Map(ledger.payments.map((payment) => [payment.payment_intent, payment]));
	const held = new Set(provider.payments.map(({ payment_intent }) => payment_intent));
	const known = new Map(ledger.disputes.map((dispute) => [dispute.dispute, dispute]));
	return [
		...provider.payments.flatMap((payment) => paymentDifferences(payment, booked.get(payment.payment_intent))),
		...ledger.payments
			.filter(({ payment_intent }) => !held.has(payment_intent))
			.map(({ payment_intent, paid_cents }) =>
				difference('not_at_provider', payment_intent, payment_intent, 0, paid_cents)
			),
		...provider.disputes.flatMap((dispute) => disputeDifferences(dispute, known.get(dispute.dispute)))
	];
}

function paymentDifferences(
	{ payment_intent, paid_cents, refunded_cents }: Held,
	booked: Held | undefined
): Difference[] {
	if (!booked) return [difference('payment_missing', payment_intent, payment_intent, paid_cents, 0)];
	const differences: Difference[] = [];
	if (booked.paid_cents !== paid_cents)
		differences.push(difference('payment_differs', payment_intent, payment_intent, paid_cents, booked.paid_cents));
	if (booked.refunded_cents !== refunded_cents)
		differences.push(
			difference('refund_differs', payment_intent, payment_intent, refunded_cents, booked.refunded_cents)
		);
	return differences;
}

function disputeDifferences(held: HeldDispute, known: HeldDispute | undefined): Difference[] {
	const { dispute, payment_intent, amount_cents, status } = held;
	if (!known) return [difference('dispute_missing', dispute, payment_intent, amount_cents, 0)];
	if (known.status === status && known.amount_cents === amount_cents) return [];
	return [difference('dispute_differs', dispute, payment_intent, amount_cents, known.amount_cents)];
}

function difference(
	kind: DifferenceKind,
	of: string,
	payment_intent: string | null,
	provider_cents: number,
	ledger_cents: number
): Difference {
	const amount_cents = provider_cents - ledger_cents;
	return { kind, subject: `${kind}:${of}`, payment_intent, provider_cents, ledger_cents, amount_cents };
}
