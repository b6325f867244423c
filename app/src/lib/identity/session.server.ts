import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { publicConfig } from '#kit/config.ts';
import { safeNext } from '#kit/next.ts';
import { lockedMessage, recordSignIn, signInByPassword, type SignInFailure } from '#kit/server/sign-in.ts';
import { firstMessages, type FieldMessages } from '#shared/booking/form.ts';
import { linkForm, passwordForm, registerForm, signInForm } from '#shared/identity/schema.ts';

/** What a form about signing in shows after a post: the address, messages at fields, and what to do next. */
export interface SessionOutcome {
	email: string;
	name?: string;
	fields: FieldMessages;
	message: string | null;
	/** A link is on its way to the address. */
	sent: boolean;
}

const home = '/account';
const nextCookie = 'after-sign-in';

/** Sends people who are signed in already to where they wanted to go. */
export async function skipWhenSignedIn({ locals, url }: RequestEvent): Promise<{ next: string }> {
	const next = safeNext(url.searchParams.get('next'), home);
	if (await locals.user()) redirect(303, next);
	return { next };
}

/** Signs in by password, or sends a link where the button "E-mail me a link" was pressed (`intent=link`). */
export async function signIn(event: RequestEvent) {
	const form = await textsOf(event.request);
	if (form.intent === 'link') return sendSignInLink(event, form);
	const read = signInForm.safeParse(form);
	if (!read.success) return refused(422, form, firstMessages(read.error));
	const outcome = await signInByPassword(event, read.data);
	if (!outcome.ok) return notSignedIn(form, outcome);
	await linkCustomer(event);
	redirect(303, safeNext(event.url.searchParams.get('next'), home));
}

/** Makes an account; it opens once the link in the e-mail was followed. Says the same for addresses that have one. */
export async function register(event: RequestEvent) {
	const form = await textsOf(event.request);
	const read = registerForm.safeParse(form);
	if (!read.success) return refused(422, form, firstMessages(read.error));
	const { name, email, password } = read.data;
	const { data, error } = await event.locals.supabase.auth.signUp({
		email,
		password,
		options: { data: { name }, emailRedirectTo: addressAfter(event) }
	});
	if (error && error.code !== 'user_already_exists') {
		return error.code === 'weak_password'
			? refused(422, form, { password: 'Choose a longer or less common password.' })
			: refused(error.status === 429 ? 429 : 503, form, {}, laterMessage);
	}
	rememberNext(event);
	if (!data.session) return sent(email);
	await linkCustomer(event);
	redirect(303, safeNext(event.url.searchParams.get('next'), home));
}

/** Sends a link to choose a new password. Says the same whether or not there is such an account. */
export async function askForReset(event: RequestEvent) {
	const form = await textsOf(event.request);
	const read = linkForm.safeParse(form);
	if (!read.success) return refused(422, form, firstMessages(read.error));
	const { error } = await event.locals.supabase.auth.resetPasswordForEmail(read.data.email, {
		redirectTo: `${publicConfig().appUrl}/auth/password`
	});
	return error?.status === 429 ? refused(429, form, {}, laterMessage) : sent(read.data.email);
}

/** Sets a new password for whoever followed the link. */
export async function choosePassword(event: RequestEvent) {
	const read = passwordForm.safeParse(await textsOf(event.request));
	if (!read.success) return refused(422, {}, firstMessages(read.error));
	if (!(await event.locals.user())) redirect(303, '/auth/reset');
	const { error } = await event.locals.supabase.auth.updateUser(read.data);
	if (error) {
		const same = error.code === 'same_password';
		return refused(
			422,
			{},
			{ password: same ? 'That is your password already.' : 'Choose a longer or less common password.' }
		);
	}
	redirect(303, `${home}?saved=password`);
}

/** Follows the link of an e-mail: signs in and goes on, or explains that the link is used up. */
export async function confirm(event: RequestEvent): Promise<never> {
	const tokenHash = event.url.searchParams.get('token_hash');
	const type = linkType(event.url.searchParams.get('type'));
	const code = event.url.searchParams.get('code');
	const auth = event.locals.supabase.auth;
	const { error } =
		tokenHash && type
			? await auth.verifyOtp({ token_hash: tokenHash, type })
			: code
				? await auth.exchangeCodeForSession(code)
				: { error: true };
	if (error) redirect(303, '/login?link=expired');
	await recordSignIn(event, 'link');
	await linkCustomer(event);
	const next = event.cookies.get(nextCookie) ?? event.url.searchParams.get('next');
	event.cookies.delete(nextCookie, { path: '/' });
	// The auth server's own default is the front page, which is nowhere in particular.
	redirect(303, type === 'recovery' ? '/auth/password' : safeNext(next === '/' ? home : next, home));
}

/** Ends the session here. */
export async function signOut({ locals }: RequestEvent): Promise<never> {
	await locals.supabase.auth.signOut({ scope: 'local' });
	redirect(303, '/');
}

async function sendSignInLink(event: RequestEvent, form: Record<string, string>) {
	const read = linkForm.safeParse(form);
	if (!read.success) return refused(422, form, firstMessages(read.error));
	const { error } = await event.locals.supabase.auth.signInWithOtp({
		email: read.data.email,
		options: { emailRedirectTo: addressAfter(event), shouldCreateUser: true }
	});
	if (error?.status === 429) return refused(429, form, {}, laterMessage);
	rememberNext(event);
	return sent(read.data.email);
}

/** Brings the bookings that were made as a guest with the same verified address into the account. */
async function linkCustomer({ locals }: RequestEvent): Promise<void> {
	await locals.supabase.rpc('link_my_customer' as never);
}

/** The link in the e-mail doesn't know where the person wanted to go; this browser does, for an hour. */
function rememberNext({ url, cookies }: RequestEvent): void {
	const next = safeNext(url.searchParams.get('next'), home);
	cookies.set(nextCookie, next, {
		path: '/',
		httpOnly: true,
		sameSite: 'lax',
		secure: url.protocol === 'https:',
		maxAge: 3600
	});
}

async function textsOf(request: Request): Promise<Record<string, string>> {
	const texts: Record<string, string> = {};
	for (const [name, value] of await request.formData()) if (typeof value === 'string') texts[name] = value;
	return texts;
}

function linkType(type: string | null) {
	const known = ['email', 'recovery', 'email_change', 'invite', 'signup', 'magiclink'] as const;
	return known.find((one) => one === type) ?? null;
}

/** Where the link in the e-mail leads in the end, on whatever device it is opened. */
function addressAfter({ url }: RequestEvent): string {
	return publicConfig().appUrl + safeNext(url.searchParams.get('next'), home);
}

const laterMessage = 'That was a little too fast. Wait a minute and try again.';

function notSignedIn(form: Record<string, string>, failure: SignInFailure) {
	switch (failure.reason) {
		case 'locked':
			return refused(429, form, {}, lockedMessage(failure.minutes));
		case 'too_fast':
			return refused(429, form, {}, laterMessage);
		case 'unavailable':
			return refused(503, form, {}, 'Signing in does not work at the moment. Try again in a minute.');
		case 'not_confirmed':
			return refused(400, form, {}, 'Confirm your e-mail address first: the link is in your inbox.');
		case 'wrong_password':
			return refused(400, form, {}, 'E-mail and password do not match. Try again, or have a link sent to you.');
	}
}

function refused(status: number, form: Record<string, string>, fields: FieldMessages, message: string | null = null) {
	return fail<SessionOutcome>(status, { email: form.email ?? '', name: form.name ?? '', fields, message, sent: false });
}

function sent(email: string): SessionOutcome {
	return { email, fields: {}, message: null, sent: true };
}
