/** Mails about who works here. */
import { formatEventTime } from '../time.ts';
import { layOut, type Mail } from './layout.ts';

export interface InvitationFacts {
	name: string | null;
	/** As people call it: `Station manager`. */
	role_label: string;
	/** Null for head office, which works for every station. */
	station_name: string | null;
	/** Null where the system invited. */
	invited_by: string | null;
	/** ISO instant. */
	expires_at: string;
	timezone: string;
	/** The page of the panel that explains and signs in. */
	accept_url: string;
}

/** Invites a person to work here. The link opens a page; the role comes by signing in with this very address. */
export function invitationMail(facts: InvitationFacts): Mail {
	const first = facts.name?.trim().split(/\s+/)[0];
	const role = facts.station_name ? `${facts.role_label} · ${facts.station_name}` : facts.role_label;
	return layOut({
		subject: `You are invited to My Hibachi: ${role}`,
		preview: 'Sign in with this e-mail address and you are in.',
		heading: `${first ? `Welcome, ${first}` : 'Welcome'}: join the kitchen`,
		blocks: [
			{
				kind: 'paragraph',
				text: `${facts.invited_by ?? 'My Hibachi'} invites you to work with us. Open the link and sign in with the address this mail came to; nothing else is needed.`
			},
			{
				kind: 'facts',
				rows: [
					['Role', role],
					['Good until', formatEventTime(facts.expires_at, facts.timezone)]
				]
			},
			{ kind: 'button', label: 'Accept the invitation', url: facts.accept_url }
		],
		footer:
			'You get this because somebody who manages our staff typed your address. If you did not expect it, ignore it: nothing happens.'
	});
}
