import { describe, expect, test, vi } from 'vitest';
import type { Supabase } from '#kit/server/supabase.ts';
import { sendMessage, trapField } from './contact.server.ts';

const valid = { name: 'Mina', email: 'Mina@Example.org', phone: '', zip: '94538-1234', message: 'Forty guests?' };

function form(fields: Record<string, string>): FormData {
	const data = new FormData();
	for (const [name, value] of Object.entries(fields)) data.set(name, value);
	return data;
}
/** A client whose `capture_lead` answers with the given error, or stores. */
function client(error: object | null = null) {
	const rpc = vi.fn(async (_name: string, _args: unknown) => ({ data: error ? null : {}, error }));
	return { rpc, supabase: { rpc } as unknown as Supabase };
}

describe('the contact form', () => {
	test('stores a valid message as a lead of source contact', async () => {
		const { rpc, supabase } = client();
		expect(await sendMessage(supabase, form(valid))).toEqual({ sent: true });
		expect(rpc.mock.calls[0]?.[1]).toEqual({
			p_request: {
				source: 'contact',
				contact: { name: 'Mina', email: 'mina@example.org' },
				zip: '94538',
				notes: 'Forty guests?'
			}
		});
	});

	test('names every field in the way and keeps what was typed', async () => {
		const { rpc, supabase } = client();
		const typed = { ...valid, name: ' ', email: 'mina@', message: '<script>alert(1)</script>' };
		const outcome = await sendMessage(supabase, form(typed));
		expect(outcome).toMatchObject({ sent: false, status: 422, values: typed });
		if (!outcome.sent) expect(Object.keys(outcome.errors)).toEqual(['name', 'email']);
		expect(rpc).not.toHaveBeenCalled();
	});

	test('a filled trap field stores nothing and looks like success', async () => {
		const { rpc, supabase } = client();
		expect(await sendMessage(supabase, form({ ...valid, [trapField]: 'https://spam.test' }))).toEqual({ sent: true });
		expect(rpc).not.toHaveBeenCalled();
	});

	test('too many messages: says when to try again, loses nothing', async () => {
		const { supabase } = client({ code: 'RATE_LIMITED', message: 'Too many.', details: null, hint: null });
		expect(await sendMessage(supabase, form(valid))).toMatchObject({ sent: false, status: 429, values: valid });
	});

	test("the database's field messages stand at the form's fields", async () => {
		const details = { fields: { 'contact.phone': 'No such number.', notes: 'Too long.' } };
		const { supabase } = client({ code: 'INVALID_REQUEST', message: 'Check it.', details, hint: null });
		const outcome = await sendMessage(supabase, form(valid));
		expect(outcome).toMatchObject({ errors: { phone: 'No such number.', message: 'Too long.' } });
	});
});
