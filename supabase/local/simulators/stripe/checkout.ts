/** Checkout Sessions as the API makes them. */
import type Stripe from 'stripe';
import type { StripeAccount } from './account.ts';
import { invalid, missing } from './errors.ts';
import { groupOf, integerOf, listOf, metadataOf, textOf, type Form } from './form.ts';
import { newId, seconds } from './ids.ts';
import { currency, newCustomerDetails, newSession } from './objects.ts';
import type { SessionDraft } from './store.ts';

type Line = SessionDraft['lines'][number];

interface Call {
	account: StripeAccount;
	form: Form;
	checkoutUrl: (id: string) => string;
}

const uiModes = ['hosted_page', 'embedded_page', 'elements'];
const shortest = 30 * 60;
const longest = 24 * 3600;

/** `mode=payment` with prices given in the lines, which is what we use. */
export function createSession({ account, form, checkoutUrl }: Call): Stripe.Checkout.Session {
	if (form.mode !== 'payment') throw invalid('The simulator takes mode=payment only.', 'mode');
	const uiMode = textOf(form.ui_mode) ?? 'hosted_page';
	if (!uiModes.includes(uiMode)) throw invalid(`Invalid ui_mode: must be one of ${uiModes.join(', ')}`, 'ui_mode');
	const hosted = uiMode === 'hosted_page';
	if (hosted && !textOf(form.success_url))
		throw invalid('Missing required param: success_url.', 'success_url', 'parameter_missing');
	if (!hosted && !textOf(form.return_url))
		throw invalid('Missing required param: return_url.', 'return_url', 'parameter_missing');
	const customer = textOf(form.customer);
	const known = customer ? account.store.get('customers', customer) : undefined;
	if (customer && !known) throw missing('customer', customer, 'customer');
	const email = known ? known.email : textOf(form.customer_email);
	const creation = textOf(form.customer_creation);
	if (creation !== null && !['always', 'if_required'].includes(creation))
		throw invalid('Invalid customer_creation: must be one of always, if_required', 'customer_creation');
	if (creation && customer)
		throw invalid('You may only specify one of these parameters: customer, customer_creation.', 'customer_creation');
	const expiresAt = integerOf(form.expires_at) ?? seconds() + longest;
	const life = expiresAt - seconds();
	// A little slack, as the clock moves on between the caller and here.
	if (!(life >= shortest - 60 && life <= longest + 60)) {
		throw invalid(
			'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.',
			'expires_at'
		);
	}
	const lines = linesOf(form);
	const intentData = groupOf(form.payment_intent_data);
	const session = newSession(
		{
			amount_total: lines.reduce((total, { amount, quantity }) => total + amount * quantity, 0),
			cancel_url: hosted ? textOf(form.cancel_url) : null,
			client_reference_id: textOf(form.client_reference_id),
			customer,
			customer_creation: customer ? null : creation === 'always' ? 'always' : 'if_required',
			customer_details: email ? newCustomerDetails(email) : null,
			customer_email: customer ? null : email,
			expires_at: expiresAt,
			metadata: metadataOf(form.metadata),
			success_url: hosted ? textOf(form.success_url) : null,
			ui_mode: uiMode,
			...(!hosted && { return_url: textOf(form.return_url) ?? '' })
		},
		checkoutUrl
	);
	return account.addSession(session, {
		lines,
		description: textOf(intentData.description),
		metadata: metadataOf(intentData.metadata)
	});
}

function linesOf(form: Form): Line[] {
	const lines = listOf(form.line_items).map((given, index) => {
		const line = groupOf(given);
		const price = groupOf(line.price_data);
		const at = `line_items[${index}][price_data]`;
		const amount = integerOf(price.unit_amount);
		if (textOf(price.currency) !== currency)
			throw invalid('The simulated account takes US dollars only.', `${at}[currency]`);
		if (amount === null || !(amount >= 0))
			throw invalid('Invalid non-negative integer', `${at}[unit_amount]`, 'parameter_invalid_integer');
		const quantity = integerOf(line.quantity) ?? 1;
		if (!(quantity >= 1))
			throw invalid('This value must be greater than or equal to 1.', `line_items[${index}][quantity]`);
		const name = textOf(groupOf(price.product_data).name);
		if (!name)
			throw invalid(
				`Missing required param: ${at}[product_data][name].`,
				`${at}[product_data][name]`,
				'parameter_missing'
			);
		return { name, amount, quantity };
	});
	const total = lines.reduce((sum, { amount, quantity }) => sum + amount * quantity, 0);
	if (lines.length === 0) throw invalid('Missing required param: line_items.', 'line_items', 'parameter_missing');
	if (total < 50)
		throw invalid(
			"The Checkout Session's total amount due must add up to at least $0.50 usd",
			undefined,
			'amount_too_small'
		);
	return lines;
}

/** A session's lines as a list. */
export function retrieveLines(account: StripeAccount, id: string): unknown {
	account.session(id);
	const data = (account.store.get('drafts', id)?.lines ?? []).map(({ name, amount, quantity }) => ({
		id: newId('li'),
		object: 'item',
		amount_discount: 0,
		amount_subtotal: amount * quantity,
		amount_tax: 0,
		amount_total: amount * quantity,
		currency,
		description: name,
		price: null,
		quantity
	}));
	return { object: 'list', data, has_more: false, url: `/v1/checkout/sessions/${id}/line_items` };
}
