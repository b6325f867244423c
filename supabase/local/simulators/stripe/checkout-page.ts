/** The hosted checkout page, the challenge of 3-D Secure, and what stands where neither can be shown. */
import type Stripe from 'stripe';
import { escapeHtml } from '../../../../functions/_shared/platform/mail/layout.ts';
import { formatCents } from '../../../../functions/_shared/platform/money.ts';
import { testCards, type CardField, type CardInput } from './cards.ts';
import { brand, page } from './layout.ts';
import type { SessionDraft } from './store.ts';

export interface CheckoutInput extends CardInput {
	name: string;
	zip: string;
}

export interface CheckoutView {
	session: Stripe.Checkout.Session;
	draft: SessionDraft | undefined;
	email: string | null;
	/** What was entered at the last attempt; the security code is never shown again. */
	input: Partial<CheckoutInput>;
	wrong: Partial<Record<CardField, string>>;
	/** Why the card was not charged. */
	declined: string | null;
}

export function checkoutPage({ session, draft, email, input, wrong, declined }: CheckoutView): string {
	const total = formatCents(session.amount_total ?? 0);
	const lines = (draft?.lines ?? []).map(
		({ name, amount, quantity }) => `<div><dt>${escapeHtml(name)}</dt><dd>${formatCents(amount * quantity)}</dd></div>`
	);
	const problem = declined ?? (Object.keys(wrong).length > 0 ? 'Check what is marked below.' : null);
	return page(
		`Pay ${total}`,
		`<main class="pay">
<section aria-labelledby="what">${brand}
<h1 id="what">${escapeHtml(draft?.description ?? 'Your payment')}</h1>
<p class="amount">${total}</p>
<dl class="lines">${lines.join('')}<div class="total"><dt>Total due</dt><dd>${total}</dd></div></dl>
${session.cancel_url ? `<p style="margin-top:2rem"><a href="${escapeHtml(session.cancel_url)}">Back without paying</a></p>` : ''}
</section>
<section class="card" aria-labelledby="card"><h2 id="card" style="margin:0">Pay by card</h2>
${email ? `<p class="muted small" style="margin:.25rem 0 0">The receipt goes to ${escapeHtml(email)}</p>` : ''}
${problem ? `<p class="alert" role="alert" data-testid="checkout-error">${escapeHtml(problem)}</p>` : ''}
<form method="post" novalidate>
${field('number', 'Card number', 'cc-number', input.number ?? '', wrong.number, '1234 1234 1234 1234', 23)}
<div class="two">${field('expiry', 'Expiry', 'cc-exp', input.expiry ?? '', wrong.expiry, 'MM / YY', 7)}
${field('cvc', 'CVC', 'cc-csc', '', wrong.cvc, '123', 4)}</div>
${field('name', 'Name on card', 'cc-name', input.name ?? '', undefined, '', 100)}
${field('zip', 'ZIP', 'postal-code', input.zip ?? '', undefined, '', 10)}
<button class="button wide" type="submit">Pay ${total}</button>
</form>
<details><summary>Test cards</summary><div class="scroll"><table class="small"><tbody>${testCards
			.map(
				({ number, what }) =>
					`<tr><td><code>${number.replace(/(\d{4})(?=\d)/g, '$1 ')}</code></td><td>${what}</td></tr>`
			)
			.join('')}</tbody></table></div><p class="muted small">Any expiry to come, any CVC.</p></details>
</section></main>`
	);
}

function field(
	name: string,
	label: string,
	autocomplete: string,
	value: string,
	wrong: string | undefined,
	placeholder: string,
	longest: number
): string {
	const numeric = name === 'name' ? '' : ' inputmode="numeric"';
	const invalid = wrong ? ` aria-invalid="true" aria-describedby="${name}-wrong"` : '';
	return `<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" value="${escapeHtml(value)}" autocomplete="${autocomplete}" placeholder="${placeholder}" maxlength="${longest}"${numeric}${invalid}>
${wrong ? `<p class="wrong" id="${name}-wrong">${escapeHtml(wrong)}</p>` : ''}</div>`;
}

export function challengePage(intent: Stripe.PaymentIntent): string {
	return page(
		'3-D Secure',
		`<main class="pay" style="grid-template-columns:minmax(0,30rem);justify-content:center"><section class="card">${brand}
<h1>Is this you?</h1>
<p>Your bank wants to know whether you are paying <strong>${formatCents(intent.amount)}</strong> to My Hibachi. (3-D Secure, simulated.)</p>
<form method="post"><button class="button wide" name="answer" value="complete">Complete</button>
<button class="button quiet wide" name="answer" value="fail" style="margin-top:.75rem">Fail</button></form>
</section></main>`
	);
}

/** For a session that is paid, expired or not there. */
export function noticePage(title: string, text: string, link: { href: string; label: string } | null): string {
	return page(
		title,
		`<main class="pay" style="grid-template-columns:minmax(0,30rem);justify-content:center"><section class="card">${brand}
<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>
${link ? `<a class="button wide" href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a>` : ''}</section></main>`
	);
}
