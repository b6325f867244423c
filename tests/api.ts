import type { StackStatus } from './stack.ts';

/** The stack that the runner started; tests that need one fail with the line that starts it. */
export function stackUnderTest(): StackStatus {
	if (!process.env.TEST_STACK)
		throw new Error('No stack to test: run "npm test -- attack", or set TEST_STACK to what "npm run status" prints.');
	return JSON.parse(process.env.TEST_STACK) as StackStatus;
}

export interface Answer<T = unknown> {
	status: number;
	body: T;
	headers: Headers;
}

/** Calls an RPC as PostgREST exposes it, anonymously or with a user's JWT. Never throws on a refusal. */
export async function rpc<T = unknown>(
	stack: StackStatus,
	name: string,
	args: object,
	token?: string,
	headers: Record<string, string> = {}
): Promise<Answer<T>> {
	return request<T>(stack, `/rest/v1/rpc/${name}`, { method: 'POST', body: JSON.stringify(args), token, headers });
}

/** One request to the local API with the publishable key. */
export async function request<T = unknown>(
	stack: StackStatus,
	path: string,
	{
		method = 'GET',
		body,
		token,
		key = stack.PUBLISHABLE_KEY,
		headers = {}
	}: { method?: string; body?: string; token?: string; key?: string; headers?: Record<string, string> } = {}
): Promise<Answer<T>> {
	const response = await fetch(stack.API_URL + path, {
		method,
		body,
		headers: {
			apikey: key,
			...(token && { authorization: `Bearer ${token}` }),
			...(body && { 'content-type': 'application/json' }),
			...headers
		}
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: (text && parsed(text)) as T };
}

/** Signs a demo account in by its password and gives the access token. */
export async function signIn(stack: StackStatus, email: string, password = 'hibachi-demo'): Promise<string> {
	const answer = await request<{ access_token?: string }>(stack, '/auth/v1/token?grant_type=password', {
		method: 'POST',
		body: JSON.stringify({ email, password })
	});
	if (!answer.body.access_token)
		throw new Error(`${email} could not sign in: ${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.body.access_token;
}

let sequence = 0;

/** A valid booking request; a test states only what matters to it. `starts_at` must come from `available_slots`. */
export function bookingRequest(over: Record<string, unknown> & { starts_at: string }): Record<string, unknown> {
	const n = `${Date.now().toString(36)}${(sequence += 1)}${Math.floor(Math.random() * 1e6)}`;
	return {
		idempotency_key: crypto.randomUUID(),
		zip: '94538',
		adults: 10,
		children: 0,
		toddlers: 0,
		items: [],
		contact: {
			name: 'Robin Rivera',
			email: `robin.${n}@example.test`,
			phone: `+1510${String(2000000 + Math.floor(Math.random() * 7999999))}`,
			sms_consent: false
		},
		venue: { line1: '1 Test Street', line2: '', city: 'Fremont', state: 'CA', zip: '94538' },
		notes: '',
		source: 'website',
		...over
	};
}

export interface Slot {
	event_date: string;
	start_time: string;
	starts_at: string;
	capacity: number;
}

/** Slots of a ZIP code between two days from now, as the calendar asks for them. */
export async function slots(stack: StackStatus, zip = '94538', fromDays = 5, toDays = 40): Promise<Slot[]> {
	const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
	const answer = await rpc<Slot[]>(stack, 'available_slots', { p_zip: zip, p_from: day(fromDays), p_to: day(toDays) });
	if (answer.status !== 200)
		throw new Error(`available_slots answered ${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.body;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
