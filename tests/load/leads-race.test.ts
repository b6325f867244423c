import { expect, it } from 'vitest';
import { request, rpc, signIn, stackUnderTest } from '../api.ts';

const stack = stackUnderTest();
const rounds = 10;

/** A number of its own for each call. */
function someNumber(): string {
	return `+1510${String(2_000_000 + Math.floor(Math.random() * 7_999_999))}`;
}

it('one person who asks twice at once, by the number alone and with the e-mail, is one lead', async () => {
	const token = await signIn(stack, 'admin@demo.test');
	for (let round = 0; round < rounds; round += 1) {
		const phone = someNumber();
		const email = `${crypto.randomUUID()}@example.test`;
		const asked = await Promise.all(
			[{ phone }, { email, phone }, { email }].map((contact) =>
				rpc(stack, 'capture_lead', { p_request: { source: 'contact', contact } })
			)
		);
		expect(asked.map(({ status }) => status)).toEqual([200, 200, 200]);
		await rpc(stack, 'capture_lead', { p_request: { source: 'contact', contact: { email, phone } } });
		const known = `or=(phone.eq.${encodeURIComponent(phone)},email.eq.${email})`;
		const { body } = await request<object[]>(stack, `/rest/v1/leads?select=email,phone&status=eq.new&${known}`, {
			token
		});
		expect(body).toEqual([{ email, phone }]);
	}
});
