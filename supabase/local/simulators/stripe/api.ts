/** Stripe's HTTP API for the calls that we use: keys, idempotency, the objects, lists. */
import { createHash } from 'node:crypto';
import Stripe from 'stripe';
import type { EventRequest, StripeAccount } from './account.ts';
import { createSession, retrieveLines } from './checkout.ts';
import { invalid, missing, StripeRefusal } from './errors.ts';
import { decodeForm, groupOf, integerOf, listOf, metadataOf, textOf, type Form } from './form.ts';
import { newId, seconds } from './ids.ts';
import { newCustomer } from './objects.ts';
import type { StripeStore, TableName, Tables } from './store.ts';

export interface ApiRequest {
	method: string;
	/** `/v1/refunds`. */
	path: string;
	query: string;
	body: string;
	authorization: string | undefined;
	idempotencyKey: string | undefined;
}

export interface ApiAnswer {
	status: number;
	body: unknown;
	headers: Record<string, string>;
}

interface Call {
	account: StripeAccount;
	form: Form;
	request: EventRequest;
	checkoutUrl: (id: string) => string;
}

export interface ApiOptions {
	account: StripeAccount;
	secretKey: string;
	/** The hosted page of a session. */
	checkoutUrl: (id: string) => string;
}

const keyLife = 30 * 86_400;

/** Answers one request as Stripe would. */
export function answerApi(options: ApiOptions, request: ApiRequest, { keepFailure = false } = {}): ApiAnswer {
	const headers = { 'request-id': newId('req', 14), 'stripe-version': Stripe.API_VERSION };
	const key = request.method === 'POST' ? request.idempotencyKey : undefined;
	const { store } = options.account;
	try {
		authorise(request.authorization, options.secretKey);
		const fingerprint = createHash('sha256').update(`${request.method} ${request.path}\n${request.body}`).digest('hex');
		const kept = key === undefined ? undefined : store.get('replies', key);
		if (kept && kept.created > seconds() - keyLife) {
			if (kept.request !== fingerprint) throw otherRequest(key ?? '');
			return { status: kept.status, body: kept.body, headers: { ...headers, 'idempotent-replayed': 'true' } };
		}
		if (key !== undefined && key.length > 255) throw invalid('Idempotency keys can be at most 255 characters.');
		const eventRequest = { id: headers['request-id'], idempotency_key: key ?? newId('auto', 32) };
		const answer = keepFailure ? apiError : executed(options, request, eventRequest);
		if (key !== undefined) store.put('replies', { id: key, request: fingerprint, created: seconds(), ...answer });
		return { ...answer, headers: { ...headers, ...(key !== undefined && { 'idempotency-key': key }) } };
	} catch (error) {
		return { ...refused(error), headers };
	}
}

export const apiError = {
	status: 500,
	body: { error: { type: 'api_error', message: 'An unknown error occurred. If this persists, contact support.' } }
};

/** Does what was asked; a refusal throws, and is not kept for the key, so that a mended request may use it again. */
function executed(
	options: ApiOptions,
	request: ApiRequest,
	eventRequest: EventRequest
): { status: number; body: unknown } {
	const form = decodeForm(request.method === 'GET' ? request.query : request.body);
	const call: Call = { account: options.account, form, request: eventRequest, checkoutUrl: options.checkoutUrl };
	const [path, id = '', deed = ''] = resourceOf(request.path);
	const route = routes[`${request.method} ${path}${id && '/:id'}${deed && `/${deed}`}`];
	if (!route) {
		throw new StripeRefusal(404, {
			type: 'invalid_request_error',
			message: `Unrecognized request URL (${request.method}: ${request.path}). The simulator does not know it.`
		});
	}
	const body = route(call, id);
	return { status: 200, body: expand(options.account.store, body, listOf(form.expand)) };
}

function resourceOf(path: string): string[] {
	const parts = path.replace(/^\/v1\//, '').split('/');
	const depth = parts[0] === 'checkout' ? 2 : 1;
	return [parts.slice(0, depth).join('/'), ...parts.slice(depth)];
}

type Route = (call: Call, id: string) => unknown;

const routes: Record<string, Route> = {
	'POST checkout/sessions': createSession,
	'GET checkout/sessions': list('sessions', ['customer', 'customer_details.email', 'payment_intent', 'status']),
	'GET checkout/sessions/:id': ({ account }, id) => account.session(id),
	'POST checkout/sessions/:id/expire': ({ account, request }, id) => account.expireSession(id, request),
	'GET checkout/sessions/:id/line_items': ({ account }, id) => retrieveLines(account, id),
	'GET payment_intents': list('intents', ['customer']),
	'GET payment_intents/:id': retrieve('intents', 'payment_intent'),
	'GET charges': list('charges', ['customer', 'payment_intent']),
	'GET charges/:id': retrieve('charges', 'charge'),
	'POST refunds': createRefund,
	'GET refunds': list('refunds', ['charge', 'payment_intent']),
	'GET refunds/:id': retrieve('refunds', 'refund'),
	'GET disputes': list('disputes', ['charge', 'payment_intent']),
	'GET disputes/:id': retrieve('disputes', 'dispute'),
	'POST customers': createCustomer,
	'GET customers': list('customers', ['email']),
	'GET customers/:id': retrieve('customers', 'customer'),
	'GET events': list('events', ['type']),
	'GET events/:id': retrieve('events', 'event'),
	'GET balance_transactions': list('transactions', ['type', 'source']),
	'GET balance_transactions/:id': retrieve('transactions', 'balance_transaction')
};

function createRefund({ account, form, request }: Call): Stripe.Refund {
	const reason = textOf(form.reason);
	return account.refund(
		{
			charge: textOf(form.charge),
			intent: textOf(form.payment_intent),
			amount: integerOf(form.amount),
			reason: reason === null ? null : (reason as Stripe.Refund.Reason),
			metadata: metadataOf(form.metadata)
		},
		request
	);
}

function createCustomer({ account, form, request }: Call): Stripe.Customer {
	const email = textOf(form.email);
	if (email !== null && !/^\S+@\S+\.\S+$/.test(email))
		throw invalid(`Invalid email address: ${email}`, 'email', 'email_invalid');
	const customer = account.store.put(
		'customers',
		newCustomer({ email, name: textOf(form.name), phone: textOf(form.phone), metadata: metadataOf(form.metadata) })
	);
	account.emit('customer.created', customer, undefined, request);
	return customer;
}

function retrieve(table: TableName, kind: string): Route {
	return ({ account }, id) => {
		const row = account.store.get(table, id);
		if (!row) throw missing(kind, id);
		return row;
	};
}

/** Newest first, by cursor, by when it was created and by fields that have to be equal. */
function list(table: Exclude<TableName, 'drafts' | 'replies' | 'deliveries'>, fields: string[]): Route {
	return ({ account: { store }, form }) => {
		const limit = integerOf(form.limit) ?? 10;
		if (!(limit >= 1 && limit <= 100)) throw invalid('This value must be between 1 and 100.', 'limit');
		const within = groupOf(form.created);
		const types = listOf(form.types);
		const all: Tables[typeof table][] = store.all(table).reverse();
		const matching = all.filter((row) => {
			return (
				fields.every((field) => at(form, field) === undefined || at(row, field) === at(form, field)) &&
				(types.length === 0 || types.includes(at(row, 'type') as string)) &&
				isWithin(row.created, within)
			);
		});
		const after = textOf(form.starting_after);
		const begin = after === null ? 0 : matching.findIndex(({ id }) => id === after) + 1;
		if (after !== null && begin === 0) throw missing(table, after, 'starting_after');
		const data = matching.slice(begin, begin + limit);
		return { object: 'list', data, has_more: matching.length > begin + limit, url: `/v1/${table}` };
	};
}

/** The value at a path of names: `customer_details.email`. */
function at(value: unknown, path: string): unknown {
	return path.split('.').reduce((inner, name) => (inner as Record<string, unknown> | null | undefined)?.[name], value);
}

function isWithin(created: number, { gte, gt, lte, lt }: Form): boolean {
	const bound = (value: Form[string] | undefined, otherwise: number) => integerOf(value) ?? otherwise;
	return (
		created >= bound(gte, -Infinity) &&
		created > bound(gt, -Infinity) &&
		created <= bound(lte, Infinity) &&
		created < bound(lt, Infinity)
	);
}

const byPrefix: Record<string, TableName> = {
	ch: 'charges',
	cs: 'sessions',
	cus: 'customers',
	pi: 'intents',
	re: 'refunds',
	txn: 'transactions'
};

/** Puts objects where their ids are: `latest_charge`, or `data.payment_intent.latest_charge` of a list. */
function expand(store: StripeStore, body: unknown, paths: unknown[]): unknown {
	return paths.reduce((grown, path) => (typeof path === 'string' ? grow(store, grown, path.split('.')) : grown), body);
}

function grow(store: StripeStore, value: unknown, [first, ...rest]: string[]): unknown {
	if (Array.isArray(value)) return value.map((each) => grow(store, each, [first ?? '', ...rest]));
	if (typeof value !== 'object' || value === null || !first) return value;
	const object = value as Record<string, unknown>;
	const inner = object[first];
	if (typeof inner === 'object' && inner !== null) {
		const next = Array.isArray(inner) ? inner.map((each) => grow(store, each, rest)) : grow(store, inner, rest);
		return { ...object, [first]: rest.length ? next : inner };
	}
	const table = typeof inner === 'string' ? byPrefix[inner.split('_', 1)[0] ?? ''] : undefined;
	const found = table && typeof inner === 'string' ? store.get(table, inner) : undefined;
	return found ? { ...object, [first]: grow(store, found, rest) } : object;
}

function authorise(header: string | undefined, secretKey: string): void {
	const basic = /^Basic (.+)$/.exec(header ?? '')?.[1];
	const given =
		/^Bearer (.+)$/.exec(header ?? '')?.[1] ?? (basic && Buffer.from(basic, 'base64').toString().split(':', 1)[0]);
	if (given === secretKey) return;
	throw new StripeRefusal(401, {
		type: 'invalid_request_error',
		message: given
			? `Invalid API Key provided: ${given.slice(0, 8)}****`
			: 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.'
	});
}

function otherRequest(key: string): StripeRefusal {
	return new StripeRefusal(400, {
		type: 'idempotency_error',
		message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`
	});
}

function refused(error: unknown): { status: number; body: unknown } {
	if (!(error instanceof StripeRefusal)) throw error;
	return { status: error.status, body: { error: error.body } };
}
