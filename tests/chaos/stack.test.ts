import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookingRequest, request, rpc, slots, stackUnderTest } from '../api.ts';
import { startTestStack, type TestStack } from '../stack.ts';
import { until } from '../until.ts';

let stack: TestStack;

beforeAll(async () => {
	// Beside the stack of the stage that runs this, which is not the only one.
	stack = await startTestStack({ portBase: Number(new URL(stackUnderTest().API_URL).port) + 50, apps: false });
});
afterAll(async () => stack.stop());

interface Made {
	booking_id: string;
	reference: string;
	access_token: string;
}

async function book(): Promise<Made & { email: string }> {
	const [slot] = (await slots(stack.status)).filter(({ capacity }) => capacity > 0);
	const wish = bookingRequest({ starts_at: slot?.starts_at ?? '' });
	const answer = await rpc<Made>(stack.status, 'create_booking', { p_request: wish });
	expect(answer.status).toBe(200);
	return { ...answer.body, email: (wish.contact as { email: string }).email };
}

async function mailsTo(email: string): Promise<unknown[]> {
	const answer = await fetch(`${stack.status.API_URL}/_mail/api/messages?to=${encodeURIComponent(email)}`);
	return (await answer.json()) as unknown[];
}

it('a stack that was killed the moment it answered has the booking, and sends its mail exactly once', async () => {
	const made = await book();
	stack.process().kill('SIGKILL');
	await until(() => stack.process().signalCode, { what: 'the stack to be dead' });
	await stack.restart();

	const found = await rpc<{ reference: string; status: string }>(stack.status, 'get_booking', {
		p_token: made.access_token
	});
	expect(found.status).toBe(200);
	expect(found.body).toMatchObject({ reference: made.reference, status: 'pending' });
	await until(async () => (await mailsTo(made.email)).length > 0, {
		timeoutMs: 90_000,
		everyMs: 250,
		what: 'the confirmation mail'
	});
	const [first] = await Promise.all([book()]);
	await until(async () => (await mailsTo(first.email)).length > 0, {
		timeoutMs: 60_000,
		everyMs: 250,
		what: 'a later mail, so that a duplicate would have come'
	});
	expect(await mailsTo(made.email)).toHaveLength(1);
});

it('the same request sent again after the crash is the same booking', async () => {
	const [slot] = (await slots(stack.status)).filter(({ capacity }) => capacity > 0);
	const wish = bookingRequest({ starts_at: slot?.starts_at ?? '' });
	const first = await rpc<Made>(stack.status, 'create_booking', { p_request: wish });
	stack.process().kill('SIGKILL');
	await until(() => stack.process().signalCode, { what: 'the stack to be dead' });
	await stack.restart();
	const again = await rpc<Made>(stack.status, 'create_booking', { p_request: wish });
	expect(again.status).toBe(200);
	expect(again.body.booking_id).toBe(first.body.booking_id);
	expect(again.body.access_token).toBe(first.body.access_token);
});

it('memory stays flat over 9,000 requests', async () => {
	const resident = async (): Promise<number> => {
		const status = await readFile(`/proc/${stack.process().pid}/status`, 'utf8');
		return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
	};
	const burst = async (): Promise<number> => {
		for (let batch = 0; batch < 150; batch += 1) {
			const answers = await Promise.all(
				Array.from({ length: 20 }, () => request(stack.status, '/rest/v1/menu_items?select=id,code&limit=5'))
			);
			expect(answers.every(({ status }) => status === 200)).toBe(true);
		}
		return resident();
	};
	const warm = await burst();
	await burst();
	expect(await burst()).toBeLessThan(warm * 1.3 + 50);
});
