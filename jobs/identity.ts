/** Jobs of identity: who is invited hears of it. */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { invitationMail, type InvitationFacts } from '#shared/platform/mail/identity.ts';
import { defineJob, type AnyJob } from './job.ts';

type Invitation = Omit<InvitationFacts, 'accept_url'> & { email: string };

/**
 * Mails an invitation that is still open, once. The token is born here and only its hash is kept, so that the database
 * never holds a link that opens anything; a mail that failed leaves neither.
 */
const staffInvite = defineJob({
	queue: 'staff-invite',
	payload: z.object({ v: z.literal(1), invitation_id: z.uuid() }),
	async run({ invitation_id }, { db, send, adminUrl }) {
		return db.transaction(async (query) => {
			await query(`select set_config('app.actor', 'job:staff-invite', true)`, []);
			const token = randomBytes(32).toString('base64url');
			const [row] = await query<{ invitation: Invitation }>(
				`update public.staff_invitations i
				set token_hash = decode($2, 'hex'), sent_at = clock_timestamp()
				from public.roles r
				where i.id = $1 and r.role = i.role and i.sent_at is null
					and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
				returning (select jsonb_build_object('email', i.email, 'name', i.name, 'role_label', r.label,
					'station_name', (select name from public.stations where id = i.station_id),
					'timezone', coalesce((select timezone from public.stations where id = i.station_id), 'America/Los_Angeles'),
					'invited_by', (select name from public.staff where user_id = i.invited_by),
					'expires_at', i.expires_at)) as invitation`,
				[invitation_id, createHash('sha256').update(token).digest('hex')]
			);
			if (!row) return 'moot';
			const { email, ...facts } = row.invitation;
			await send({
				...invitationMail({ ...facts, accept_url: new URL(`/invite/${token}`, adminUrl).href }),
				to: [email],
				messageKey: `${invitation_id}:invite`
			});
			return 'invited';
		});
	}
});

export const identityJobs: AnyJob[] = [staffInvite];
