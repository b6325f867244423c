/** The simulated account to look at and to play with: `/_simulators/stripe`. */
import type Stripe from 'stripe';
import { escapeHtml } from '../../../../functions/_shared/platform/mail/layout.ts';
import { formatCents } from '../../../../functions/_shared/platform/money.ts';
import { page } from './layout.ts';
import type { Delivery, StripeStore } from './store.ts';
import { failures, type StripeSwitches } from './switches.ts';

const shown = 30;

const failureNames: Record<(typeof failures)[number], string> = {
	off: 'answers well',
	error: 'answers 500, nothing done',
	kept_error: 'answers 500 and keeps that for the key',
	lost_answer: 'does it, then answers 500',
	timeout: 'never answers',
	unreachable: 'cuts the connection'
};

export function deskPage(store: StripeStore, switches: StripeSwitches, inUse: boolean): string {
	return page(
		'Stripe, simulated',
		`<main class="desk"><h1>Stripe, simulated</h1>
<p class="muted">${inUse ? 'The stack pays here.' : 'The stack has a key of yours and pays at Stripe; nothing comes here.'}
<a href="/_simulators/stripe">Look again</a> · <a href="/_simulators">All simulators</a></p>
${switchesForm(switches)}
${section(
	'Payments',
	['When', 'Amount', 'State', 'Card', ''],
	newest(store.all('intents')).map((intent) => paymentRow(store, intent))
)}
${section('Disputes', ['When', 'Amount', 'State', ''], newest(store.all('disputes')).map(disputeRow))}
${section('Refunds', ['When', 'Amount', 'State', ''], newest(store.all('refunds')).map(refundRow))}
${section('Checkout sessions', ['When', 'Amount', 'State', ''], newest(store.all('sessions')).map(sessionRow))}
${section(
	'Events',
	['When', 'Type', 'Webhook', ''],
	newest(store.all('events')).map((event) => eventRow(store, event))
)}
</main>`
	);
}

function switchesForm(now: StripeSwitches): string {
	const number = (name: keyof StripeSwitches, label: string, most: number) =>
		`<label>${label} <input type="number" name="${name}" min="0" max="${most}" value="${Number(now[name] ?? 0)}"></label>`;
	const box = (name: keyof StripeSwitches, label: string) =>
		`<label><input type="checkbox" name="${name}"${now[name] ? ' checked' : ''}> ${label}</label>`;
	return `<h2>Switches</h2><form class="switches" method="post" action="/_simulators/stripe/switches">
<label>The API <select name="failure">${failures
		.map(
			(failure) =>
				`<option value="${failure}"${failure === now.failure ? ' selected' : ''}>${failureNames[failure]}</option>`
		)
		.join('')}</select></label>
${number('latencyMs', 'after, ms', 60_000)}
${box('deliver', 'Send webhooks')} ${number('deliveryDelayMs', 'after, ms', 600_000)} ${number('duplicates', 'extra copies', 10)}
${box('reorder', 'in reverse order')} <button type="submit">Set</button></form>`;
}

function section(title: string, heads: string[], rows: string[]): string {
	const head = heads.map((name) => `<th scope="col">${name || '<span class="muted">Deeds</span>'}</th>`).join('');
	return `<h2>${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${head}</tr></thead><tbody>${
		rows.join('') || `<tr><td colspan="${heads.length}" class="muted">None yet.</td></tr>`
	}</tbody></table></div>`;
}

function paymentRow(store: StripeStore, intent: Stripe.PaymentIntent): string {
	const charge = typeof intent.latest_charge === 'string' ? store.get('charges', intent.latest_charge) : undefined;
	const card = charge?.payment_method_details?.card;
	const left = charge ? charge.amount - charge.amount_refunded : 0;
	const state = charge?.amount_refunded
		? `${intent.status}, ${formatCents(charge.amount_refunded)} refunded`
		: (intent.last_payment_error?.code ?? intent.status);
	const deeds =
		charge?.paid && !charge.disputed
			? `${left > 0 ? deed('refund', charge.id, 'Refund', `<input name="amount" type="number" min="1" max="${left}" placeholder="all" aria-label="Cents to refund of ${charge.id}">`) : ''}${deed('dispute', charge.id, 'Dispute')}`
			: '';
	return row(
		intent.created,
		formatCents(intent.amount),
		state,
		card ? `${card.brand} ${card.funding} …${card.last4}` : '',
		deeds
	);
}

function disputeRow({ id, created, amount, status, reason }: Stripe.Dispute): string {
	const open = status !== 'won' && status !== 'lost';
	const deeds = open
		? deed('close_dispute', id, 'We win', hidden('won', 'true')) +
			deed('close_dispute', id, 'We lose', hidden('won', 'false'))
		: '';
	return row(created, formatCents(amount), `${status}: ${reason}`, deeds);
}

function refundRow({ id, created, amount, status }: Stripe.Refund): string {
	return row(
		created,
		formatCents(amount),
		status ?? '',
		status === 'succeeded' ? deed('fail_refund', id, 'Comes back') : ''
	);
}

function sessionRow({ id, created, amount_total, status, url }: Stripe.Checkout.Session): string {
	const deeds =
		status === 'open' ? `<a href="${escapeHtml(url ?? '')}">Open</a>${deed('expire_session', id, 'Expire')}` : '';
	return row(created, formatCents(amount_total ?? 0), status ?? '', deeds);
}

function eventRow(store: StripeStore, { id, created, type }: Stripe.Event): string {
	const deliveries = store.all('deliveries').filter(({ event_id }) => event_id === id);
	return row(
		created,
		`<code>${escapeHtml(type)}</code>`,
		deliveries.map(deliveryText).join(', ') || 'not subscribed',
		deed('resend', id, 'Send again')
	);
}

function deliveryText({ state, attempts, last_answer }: Delivery): string {
	return state === 'delivered'
		? `delivered at try ${attempts}`
		: `${state.replace('_', ' ')}, tried ${attempts}${last_answer ? `: ${last_answer}` : ''}`;
}

function row(created: number, ...cells: string[]): string {
	const when = new Date(created * 1000).toISOString().replace('T', ' ').slice(0, 19);
	const deeds = cells.pop() ?? '';
	return `<tr><td class="num">${when}</td>${cells.map((cell) => `<td>${cell}</td>`).join('')}<td><div class="deeds">${deeds}</div></td></tr>`;
}

function deed(name: string, id: string, label: string, more = ''): string {
	return `<form method="post" action="/_simulators/stripe/deeds">${hidden('deed', name)}${hidden('id', id)}${more}<button type="submit">${label}</button></form>`;
}

function hidden(name: string, value: string): string {
	return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}

function newest<Row>(rows: Row[]): Row[] {
	return rows.slice(-shown).reverse();
}
