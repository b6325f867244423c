import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identityJobs } from '../../jobs/identity.ts';
import { databases, openJobsStand, type JobsStand } from './jobs-stand.ts';

describe.each(databases)('jobs of identity, on %s', (database) => {
	let stand: JobsStand;
	beforeAll(async () => {
		stand = await openJobsStand(database);
	}, 180_000);
	beforeEach(() => stand.reset());
	afterAll(() => stand?.close());

	async function invited(email: string, over = ''): Promise<string> {
		const [row] = await stand.db.query<{ id: string }>(
			`insert into public.staff_invitations (email, name, role, station_id, invited_by ${over && ', revoked_at'})
			select $1, 'Noa New', 'chef', s.id, null ${over && ', now()'} from public.stations s where s.slug = 'fremont' returning id`,
			[email]
		);
		return row?.id ?? '';
	}

	it('mails an invitation once, with a link that only the mail knows', async () => {
		const invitation_id = await invited('noa@example.test');
		await stand.start(identityJobs);
		for (const key of ['a', 'b']) await stand.enqueue('staff-invite', { invitation_id }, key);
		await stand.done('staff-invite', 2);
		const [mail, ...more] = await stand.mails('noa@example.test');
		expect(more).toEqual([]);
		expect(mail?.subject).toBe('You are invited to My Hibachi: Chef · Fremont');
		expect(mail?.links[0]).toMatch(/^http:\/\/admin\.test\/invite\/[\w-]{43}$/);
		const token = mail?.links[0]?.split('/').at(-1);
		const [found] = await stand.db.query<{ invitation: { email: string; state: string } }>(
			'select public.invitation_for_token($1) as invitation',
			[token]
		);
		expect(found?.invitation).toMatchObject({ email: 'noa@example.test', state: 'open' });
		const [kept] = await stand.db.query<{ row: string }>(
			'select to_jsonb(i)::text as row from public.staff_invitations i where id = $1',
			[invitation_id]
		);
		expect(kept?.row).not.toContain(token);
	});

	it('says nothing of an invitation that was taken back', async () => {
		const invitation_id = await invited('gone@example.test', 'revoked');
		await stand.start(identityJobs);
		await stand.enqueue('staff-invite', { invitation_id });
		await stand.done('staff-invite');
		expect(await stand.mails('gone@example.test')).toEqual([]);
	});
});
