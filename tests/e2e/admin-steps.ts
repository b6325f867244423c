import { expect, type Page } from '@playwright/test';
import { bookingRequest, request, rpc, signIn, stackUnderTest } from '../api.ts';
import { someFreeSlot } from './booking-steps.ts';

/** An address of the panel. */
export function panel(path: string): string {
	return stackUnderTest().ADMIN_URL + path;
}

/**
 * Signs in by what the panel's form sends, and opens a page: where the account lands unless told. The form itself has its
 * journeys in admin-access.spec.ts.
 */
export async function enter(page: Page, email: string, path?: string): Promise<void> {
	const answer = await page.request.post(panel('/login?/password'), {
		form: { email, password: 'hibachi-demo' },
		headers: { accept: 'application/json', origin: stackUnderTest().ADMIN_URL }
	});
	const result = (await answer.json()) as { type: string; location?: string };
	expect(result.type, JSON.stringify(result)).toBe('redirect');
	await page.goto(panel(path ?? result.location ?? '/'));
}

/** Waits until the page hears of changes. */
export async function live(page: Page): Promise<void> {
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
}

export interface Made {
	booking_id: string;
	reference: string;
	name: string;
	/** Opens the guest's page. */
	access_token: string;
}

/** Books a dinner over the API, as a visitor does; `person` where it matters who. */
export async function someBooking(
	over: Record<string, unknown> = {},
	zip = '94538',
	person: object = {}
): Promise<Made> {
	const slot = await someFreeSlot(zip);
	const made = bookingRequest({ starts_at: slot.starts_at, ...over });
	const name = `Guest ${crypto.randomUUID().slice(0, 8)}`;
	const contact = { ...(made.contact as object), name, ...person };
	const answer = await rpc<Made>(stackUnderTest(), 'create_booking', { p_request: { ...made, contact } });
	if (answer.status !== 200) throw new Error(`create_booking answered ${answer.status} ${JSON.stringify(answer.body)}`);
	return { ...answer.body, name };
}

/** Reads rows as a demo account sees them. */
export async function rowsAs<T>(email: string, path: string): Promise<T[]> {
	const stack = stackUnderTest();
	const answer = await request<T[]>(stack, `/rest/v1/${path}`, { token: await signIn(stack, email) });
	if (answer.status !== 200) throw new Error(`${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.body;
}

/** Calls an RPC as a demo account and expects it to work. */
export async function callAs<T>(token: string, name: string, args: object): Promise<T> {
	const answer = await rpc<T>(stackUnderTest(), name, args, token);
	if (answer.status >= 300) throw new Error(`${name} answered ${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.body;
}
