import * as z from 'zod/mini';

export const role = z.object({
	role: z.string(),
	label: z.string(),
	description: z.string(),
	needs_station: z.boolean()
});
export type Role = z.infer<typeof role>;

export const permission = z.object({ permission: z.string(), description: z.string() });
export type Permission = z.infer<typeof permission>;

/** A role that a user was given. */
export const userRole = z.object({
	id: z.string(),
	user_id: z.string(),
	role: z.string(),
	station_id: z.nullable(z.string()),
	created_at: z.string()
});
export type UserRole = z.infer<typeof userRole>;

export const staffMember = z.object({
	id: z.string(),
	user_id: z.nullable(z.string()),
	name: z.string(),
	email: z.string(),
	phone: z.nullable(z.string()),
	created_at: z.string()
});
export type StaffMember = z.infer<typeof staffMember>;
export const staffSelect = 'id, user_id, name, email, phone, created_at';

export const invitation = z.object({
	id: z.string(),
	email: z.string(),
	name: z.nullable(z.string()),
	role: z.string(),
	station_id: z.nullable(z.string()),
	expires_at: z.string(),
	sent_at: z.nullable(z.string())
});
export type Invitation = z.infer<typeof invitation>;
export const invitationSelect = 'id, email, name, role, station_id, expires_at, sent_at';

export const signInReasons = {
	password: 'Signed in by password',
	link: 'Signed in by a link',
	wrong_password: 'Wrong password',
	not_confirmed: 'E-mail not confirmed yet',
	locked: 'Locked after wrong passwords'
} as const;

export const signInEntry = z.object({
	id: z.string(),
	occurred_at: z.string(),
	address: z.nullable(z.string()),
	agent: z.nullable(z.string()),
	success: z.boolean(),
	reason: z.enum(['password', 'link', 'wrong_password', 'not_confirmed', 'locked'])
});
export type SignInEntry = z.infer<typeof signInEntry>;

/** What `preview_role` answers. */
export const rolePreview = z.object({
	permissions: z.array(z.object({ permission: z.string(), station_id: z.nullable(z.string()) })),
	rows: z.record(z.string(), z.number())
});
export type RolePreviewAnswer = z.infer<typeof rolePreview>;

/** What `invitation_for_token` answers. */
export const openedInvitation = z.object({
	email: z.string(),
	name: z.nullable(z.string()),
	role: z.string(),
	station: z.nullable(z.string()),
	expires_at: z.string(),
	state: z.enum(['open', 'accepted', 'revoked', 'expired'])
});
export type OpenedInvitation = z.infer<typeof openedInvitation>;

/** `chef · Fremont`, as people say it. */
export function roleName(
	{ role: key, station_id }: { role: string; station_id: string | null },
	roles: readonly Role[],
	stations: readonly { id: string; name: string }[]
): string {
	const label = roles.find((one) => one.role === key)?.label ?? key;
	const station = stations.find(({ id }) => id === station_id)?.name;
	return station ? `${label} · ${station}` : label;
}

/** Permissions by what they are about, in order: `bookings.read` belongs to `bookings`. */
export function byArea(permissions: readonly Permission[]): [area: string, permissions: Permission[]][] {
	const areas = new Map<string, Permission[]>();
	for (const one of permissions) {
		const area = one.permission.split('.')[0] ?? '';
		areas.set(area, [...(areas.get(area) ?? []), one]);
	}
	return [...areas].sort(([a], [b]) => a.localeCompare(b));
}

/** A browser and system in a few words, from what it says of itself; it may say anything. */
export function agentInWords(agent: string | null): string {
	if (!agent) return 'Unknown browser';
	const browser = /Edg\//.test(agent)
		? 'Edge'
		: /Firefox\//.test(agent)
			? 'Firefox'
			: /Chrome\//.test(agent)
				? 'Chrome'
				: /Safari\//.test(agent)
					? 'Safari'
					: 'Another browser';
	const system = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS X', 'Linux'].find((name) => agent.includes(name));
	return system ? `${browser} on ${system.replace('Mac OS X', 'macOS')}` : browser;
}
