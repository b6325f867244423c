import { expect, test, type Page } from '@playwright/test';
import { stackUnderTest } from '../api.ts';
import { fillBooking, openForm, someFreeSlot, someGuest } from './booking-steps.ts';
import { enter, live } from './admin-steps.ts';
import { soon } from './live.ts';
import { linkIn, mailTo } from './mail.ts';
import {
	cards,
	confirmedDinner,
	ledgerOf,
	onCardPage,
	openPage,
	payWith,
	sessionsOf,
	someDinner,
	toCardPage,
	usd
} from './payment-steps.ts';

// A payment is several pages at two servers: more than one page's time.
test.beforeEach(() => test.slow());

const done = (page: Page) => page.getByTestId('payment-success');

/** Waits for the payment's success; long, since the journeys of payment-provider.spec.ts hold the card company's word back for a while. */
const expectPaid = (page: Page) => expect(done(page)).toBeVisible({ timeout: 40_000 });

test.describe('the deposit', () => {
	test('is asked for right after booking, and paying it confirms the dinner on every screen', async ({
		page,
		browser
	}, { project }) => {
		const slot = await someFreeSlot();
		const guest = someGuest();
		await openForm(page);
		await fillBooking(page, slot, guest);
		await page.getByTestId('submit-booking').click();
		await expect(page.getByTestId('payment-card')).toContainText('One step left');
		await expect(page.getByTestId('hold-countdown')).toContainText(/another (29|30):\d\d/);
		const reference = await page.getByTestId('booking-reference').innerText();
		const own = page.url();

		// A second screen of the guest, and the office's.
		const others = await browser.newContext();
		const second = await others.newPage();
		await openPage(second, own);
		await expect(second.getByTestId('booking-status')).toHaveText('Held for you');
		const office = await others.newPage();
		if (project.name === 'desktop') {
			await enter(office, 'admin@demo.test', `/bookings?q=${reference}`);
			await live(office);
			await expect(office.getByRole('row', { name: reference })).toContainText(/pending/i);
		}

		await page.getByTestId('pay-link').click();
		await expect(page.getByTestId('amount-due')).toHaveText('$100.00');
		await expect(page.getByTestId('card-fee')).toHaveText('$3.00');
		await expect(page.getByTestId('total-due')).toHaveText('$103.00');
		await toCardPage(page);
		await payWith(page, cards.good);
		await expectPaid(page);
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your dinner is confirmed');
		await expect(page.getByTestId('receipt-total')).toHaveText('$103.00');
		await expect(second.getByTestId('booking-status')).toHaveText('Confirmed', soon);
		if (project.name === 'desktop')
			await expect(office.getByRole('row', { name: reference })).toContainText(/confirmed/i, soon);
		await others.close();

		const mail = await mailTo(guest.email, ({ subject }) => subject.startsWith("It's on"));
		await page.goto(linkIn(mail, new URL(page.url()).pathname.replace('/success', `/${bookingOf(page.url())}`)));
		await expect(page.getByTestId('amount-due')).toHaveText('$560.00');
	});

	test('says what it costs without a fee, and is paid without one by debit card', async ({ page }) => {
		const dinner = await someDinner();
		await openPage(page, dinner.path);
		await page.getByTestId('way-debit').click();
		await expect(page.getByTestId('card-fee')).toHaveText('$0.00');
		await expect(page.getByTestId('total-due')).toHaveText('$100.00');
		await toCardPage(page);
		await payWith(page, cards.debit);
		await expect(page.getByTestId('receipt-total')).toHaveText('$100.00');
	});

	test('by Zelle or Venmo shows how, with the reference and no fee', async ({ page }) => {
		const dinner = await someDinner();
		await openPage(page, dinner.path);
		await page.getByTestId('way-zelle').click();
		await expect(page.getByTestId('manual-way')).toContainText(dinner.reference);
		await expect(page.getByTestId('manual-way')).toContainText('$100.00');
		await expect(page.getByTestId('pay-button')).toHaveCount(0);
	});
});

test.describe('the balance', () => {
	test('with a tip of 25 %: the fee is seen before paying, and the receipt equals the ledger to the cent', async ({
		page
	}) => {
		const dinner = await confirmedDinner({ adults: 15, zip: '95112', venue: venue('95112', 'San Jose') });
		const due = dinner.total_cents - 10_000;
		await openPage(page, dinner.path);
		await expect(page.getByTestId('amount-due')).toHaveText(usd(due));
		await page.getByTestId('tip-25').click();
		const tip = Math.floor((82_500 * 25) / 100 + 0.5);
		const fee = Math.floor((due + tip) * 0.03 + 0.5);
		await expect(page.getByTestId('tip-amount')).toHaveText(usd(tip));
		await expect(page.getByTestId('card-fee')).toHaveText(usd(fee));
		await expect(page.getByTestId('total-due')).toHaveText(usd(due + tip + fee));
		await toCardPage(page);
		await expect(page.getByText(usd(due + tip + fee)).first()).toBeVisible();
		await payWith(page, cards.good);
		await expectPaid(page);
		const paid = await ledgerOf(dinner, (entries) => entries.some(({ kind }) => kind === 'card_fee'));
		for (const [kind, cents] of [
			['balance', due],
			['tip', tip],
			['card_fee', fee]
		] as const) {
			expect(paid.filter((entry) => entry.kind === kind).map(({ amount_cents }) => amount_cents)).toEqual([cents]);
			await expect(page.getByTestId(`receipt-${kind}`)).toHaveText(usd(cents));
		}
		await expect(page.getByTestId('receipt-total')).toHaveText(usd(due + tip + fee));
	});

	test('takes an own tip, and tells at its field what is none', async ({ page }) => {
		const dinner = await confirmedDinner();
		await openPage(page, dinner.path);
		const tip = page.getByTestId('tip-custom');
		for (const [typed, says] of [
			['-5', 'less than zero'],
			['lots', 'in dollars']
		] as const) {
			await tip.fill(typed);
			await expect(page.getByText(says)).toBeVisible();
			await expect(tip).toHaveAttribute('aria-invalid', 'true');
			await expect(page.getByTestId('pay-button')).toBeDisabled();
		}
		await tip.fill('62.50');
		await expect(page.getByTestId('tip-amount')).toHaveText('$62.50');
		await expect(page.getByTestId('card-fee')).toHaveText(usd(Math.floor((dinner.total_cents - 3_750) * 0.03 + 0.5)));
		await expect(page.getByTestId('pay-button')).toBeEnabled();
	});

	test('nothing moves while one chooses', async ({ page }) => {
		const dinner = await confirmedDinner();
		await openPage(page, dinner.path);
		const place = () =>
			page.getByTestId('pay-button').evaluate((button) => button.getBoundingClientRect().top + scrollY);
		const before = await place();
		for (const tip of ['tip-30', 'tip-20', 'tip-none']) {
			await page.getByTestId(tip).click();
			expect(await place()).toBe(before);
		}
		await page.getByTestId('way-debit').click();
		await expect(page.getByTestId('card-fee')).toHaveText('$0.00');
		expect(await place()).toBe(before);
	});
});

const declines = [
	['declined', cards.declined, 'Your bank declined the card'],
	['insufficient funds', cards.poor, 'There is not enough money on this card'],
	['expired', cards.expired, 'This card has expired'],
	['processing error', cards.faulty, 'The card company had a problem']
] as const;

for (const [name, card, words] of declines) {
	test(`a card that is ${name} is told in its own words; choices are kept and trying again works`, async ({ page }) => {
		const dinner = await confirmedDinner();
		await openPage(page, dinner.path);
		await page.getByTestId('tip-30').click();
		await expect(page.getByTestId('tip-amount')).toHaveText('$165.00');
		await toCardPage(page);
		await payWith(page, card);
		await expect(page.getByTestId('checkout-error')).toBeVisible();
		await ledgerOf(dinner, (entries) => entries.every(({ kind }) => kind === 'deposit'));
		await page.getByRole('link', { name: /Back without paying/ }).click();
		const problem = page.getByTestId('payment-error');
		await expect(problem).toContainText(words);
		await expect(page.getByTestId('tip-amount')).toHaveText('$165.00');
		await page.waitForLoadState('networkidle');
		await page.getByTestId('try-again-button').click();
		await onCardPage(page);
		await payWith(page, cards.good);
		await expectPaid(page);
	});
}

test.describe('3-D Secure', () => {
	test('completed pays', async ({ page }) => {
		const dinner = await someDinner();
		await openPage(page, dinner.path);
		await toCardPage(page);
		await payWith(page, cards.secure);
		await page.getByRole('button', { name: 'Complete' }).click();
		await expectPaid(page);
	});
	test('failed is told, and another card pays', async ({ page }) => {
		const dinner = await someDinner();
		await openPage(page, dinner.path);
		await toCardPage(page);
		await payWith(page, cards.secure);
		await page.getByRole('button', { name: 'Fail' }).click();
		await expect(page.getByTestId('checkout-error')).toBeVisible();
		await page.getByRole('link', { name: /Back without paying/ }).click();
		await expect(page.getByTestId('payment-error')).toContainText('could not confirm it was you');
		await page.waitForLoadState('networkidle');
		await page.getByTestId('try-again-button').click();
		await onCardPage(page);
		await payWith(page, cards.good);
		await expectPaid(page);
	});
});

test.describe('one payment', () => {
	test('comes of a double click', async ({ page }) => {
		const dinner = await someDinner();
		await openPage(page, dinner.path);
		await page.getByTestId('pay-button').dblclick();
		await onCardPage(page);
		expect(await sessionsOf(dinner)).toHaveLength(1);
	});

	test('comes of going back and paying again, and coming back says that nothing was charged', async ({ page }) => {
		const dinner = await someDinner();
		await openPage(page, dinner.path);
		await toCardPage(page);
		const place = page.url();
		await page.goBack();
		await expect(page.getByTestId('payment-cancelled')).toContainText('Nothing was charged');
		await toCardPage(page);
		expect(page.url()).toBe(place);
		await payWith(page, cards.good);
		await expectPaid(page);
		await page.goBack();
		expect((await sessionsOf(dinner)).filter(({ payment_status }) => payment_status === 'paid')).toHaveLength(1);
		const deposits = (await ledgerOf(dinner)).filter(({ kind }) => kind === 'deposit');
		expect(deposits.map(({ amount_cents }) => amount_cents)).toEqual([10_000]);
	});

	test('is left when other choices replace it: the earlier place to pay is closed', async ({ page }) => {
		const dinner = await confirmedDinner();
		await openPage(page, dinner.path);
		await toCardPage(page);
		await page.getByRole('link', { name: /Back without paying/ }).click();
		await page.waitForLoadState('networkidle');
		await page.getByTestId('tip-20').click();
		await expect(page.getByTestId('tip-amount')).toHaveText('$110.00');
		await toCardPage(page);
		const sessions = await sessionsOf(dinner);
		expect(sessions.map(({ status }) => status).sort()).toEqual(['expired', 'open']);
	});
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });
	test('choices are computed by the server, looked over, and paid', async ({ page }) => {
		const dinner = await confirmedDinner();
		await page.goto(dinner.path);
		await page.getByTestId('tip-25').click();
		await page.getByTestId('pay-button').click();
		await expect(page.getByText('This is what it comes to')).toBeVisible();
		await expect(page.getByTestId('tip-amount')).toHaveText('$137.50');
		await page.getByTestId('pay-button').click();
		await onCardPage(page);
		await payWith(page, cards.good);
		await expect(page).toHaveURL(/\/payment\/success/);
		await expect(async () => {
			await page.reload();
			await expect(done(page)).toBeVisible({ timeout: 500 });
		}).toPass();
		await expect(page.getByTestId('receipt-tip')).toHaveText('$137.50');
	});
});

test.describe('a payment page', () => {
	test('opens for nobody without its link', async ({ page }) => {
		const dinner = await someDinner();
		for (const path of [
			`/payment/${dinner.booking_id}`,
			`/payment/${dinner.booking_id}?token=wrong`,
			'/payment/nothing'
		]) {
			expect((await page.goto(path))?.status(), path).toBe(404);
		}
		expect((await page.goto(`/payment/success?booking=${dinner.booking_id}`))?.status()).toBe(404);
	});

	test('never tells its token to other sites', async ({ page }) => {
		const dinner = await someDinner();
		const answer = await page.goto(dinner.path);
		expect(answer?.headers()['referrer-policy']).toBe('same-origin');
		expect(answer?.headers()['content-security-policy']).toContain(
			`form-action 'self' https://checkout.stripe.com ${new URL(stackUnderTest().API_URL).origin}`
		);
	});

	test('of a dinner that is cancelled says so', async ({ page }) => {
		const dinner = await someDinner();
		await openPage(page, `/booking-success?token=${dinner.access_token}`);
		await page.getByText('Cancel this booking').click();
		await page.getByTestId('cancel-reason').fill('We moved the party');
		await page.getByTestId('cancel-booking').click();
		await page.getByTestId('cancel-confirm').click();
		await expect(page.getByTestId('booking-status')).toHaveText('Cancelled');
		await page.goto(dinner.path);
		await expect(page.getByTestId('nothing-to-pay')).toContainText('This dinner is cancelled');
	});
});

function venue(zip: string, city: string) {
	return { line1: '1 Test Street', line2: '', city, state: 'CA', zip };
}

function bookingOf(url: string): string {
	return new URL(url).searchParams.get('booking') ?? '';
}
