import { error } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { action, invalid } from '#admin/platform/action.server.ts';
import { ApiError, dataOf, type Api } from '#admin/platform/api.ts';
import { after } from '#admin/platform/cursor.ts';
import type { ListState } from '#admin/platform/list-state.ts';
import type { LivePage } from '#admin/platform/live-merge.ts';
import { containing } from '#admin/platform/search.ts';
import {
	invitation,
	invitationSelect,
	role,
	signInEntry,
	staffMember,
	staffSelect,
	userRole,
	type Invitation,
	type Role,
	type SignInEntry,
	type StaffMember,
	type UserRole
} from './schema.ts';
import { userList, type UserRow } from './users.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const grantSelect = 'id, user_id, role, station_id, created_at';

/** Every role there is, in order of the label. */
export async function readRoles(api: Api): Promise<Role[]> {
	const answer = await api.from('roles').select('role, label, description, needs_station').order('label');
	return z.array(role).parse(dataOf(answer));
}

/** One page of the people who work here, each with the granted roles. */
export async function readUsers(api: Api, state: ListState, size = userList.pageSize): Promise<LivePage<UserRow>> {
	const { sort, cursor, filters, q } = state;
	let query = api.from('staff').select(staffSelect).is('deleted_at', null);
	if (filters.role) {
		const holders = await api.from('user_roles').select(grantSelect).eq('role', filters.role).limit(500);
		query = query.in(
			'user_id',
			z
				.array(userRole)
				.parse(dataOf(holders))
				.map(({ user_id }) => user_id)
		);
	}
	if (q) query = query.or(`name.ilike.${containing(q)},email.ilike.${containing(q)}`);
	if (cursor) query = query.or(after(sort.by, cursor, sort.ascending));
	const answer = await query
		.order(sort.by, { ascending: sort.ascending })
		.order('id', { ascending: sort.ascending })
		.limit(size + 1);
	const people = z.array(staffMember).parse(dataOf(answer));
	const shown = people.slice(0, size);
	const grants = await readGrants(
		api,
		shown.flatMap(({ user_id }) => user_id ?? [])
	);
	return {
		rows: shown.map((person) => ({ ...person, grants: grants.filter(({ user_id }) => user_id === person.user_id) })),
		hasMore: people.length > size
	};
}

/** Invitations that wait for somebody, newest first. */
export async function readInvitations(api: Api): Promise<Invitation[]> {
	const answer = await api
		.from('staff_invitations')
		.select(invitationSelect)
		.is('accepted_at', null)
		.is('revoked_at', null)
		.order('created_at', { ascending: false })
		.limit(100);
	return z.array(invitation).parse(dataOf(answer));
}

/** One person with the granted roles, or the 404 page. */
export async function readUser(api: Api, id: string): Promise<{ person: StaffMember; grants: UserRole[] }> {
	const row = uuid.test(id) ? dataOf(await api.from('staff').select(staffSelect).eq('id', id).maybeSingle()) : null;
	if (!row) error(404, { code: 'NOT_FOUND', message: 'There is no such person here.' });
	const person = staffMember.parse(row);
	return { person, grants: person.user_id ? await readGrants(api, [person.user_id]) : [] };
}

/** The last tries to sign in to an account, newest first; empty where they are not the reader's to see. */
export async function readSignIns(api: Api, userId: string | null, limit = 30): Promise<SignInEntry[]> {
	if (!userId) return [];
	const answer = await api
		.from('login_history')
		.select('id, occurred_at, address, agent, success, reason')
		.eq('user_id', userId)
		.order('occurred_at', { ascending: false })
		.limit(limit);
	return z.array(signInEntry).parse(dataOf(answer));
}

async function readGrants(api: Api, userIds: string[]): Promise<UserRole[]> {
	if (userIds.length === 0) return [];
	const answer = await api.from('user_roles').select(grantSelect).in('user_id', userIds).order('role');
	return z.array(userRole).parse(dataOf(answer));
}

export const userActions = {
	invite: action('invite', ['users.manage'], async ({ api, field }) => {
		dataOf(
			await api.rpc('invite_staff', {
				p_email: field('email'),
				p_role: field('role'),
				p_station_id: field('station_id') || null,
				p_name: field('name') || null
			})
		);
		return { done: `An invitation is on its way to ${field('email')}.` };
	}),

	revoke: action('revoke', ['users.manage'], async ({ api, field }) => {
		dataOf(await api.rpc('revoke_invitation', { p_invitation: field('invitation') }));
		return { done: 'The invitation is taken back; its link no longer works.' };
	})
};

export const grantActions = {
	grant: action('grant', ['users.manage'], async ({ api, event, field }) => {
		const { person } = await readUser(api, event.params.id ?? '');
		if (!person.user_id) throw invalid({ role: `${person.name} has no sign-in yet. Send an invitation instead.` });
		if (!field('role')) throw invalid({ role: 'Choose a role.' });
		const given = await api
			.from('user_roles')
			.insert({ user_id: person.user_id, role: field('role'), station_id: field('station_id') || null })
			.select('id')
			.single();
		if (given.error?.code === '23505') throw invalid({ role: `${person.name} has that role already.` });
		const { id } = z.object({ id: z.string() }).parse(dataOf(given));
		return {
			done: `${person.name} has the role now.`,
			undo: { label: 'Undo', action: 'take', fields: { grant: id } }
		};
	}),

	take: action('take', ['users.manage'], async ({ api, event, field }) => {
		const { person, grants } = await readUser(api, event.params.id ?? '');
		const grant = grants.find(({ id }) => id === field('grant'));
		const taken = grant && dataOf(await api.from('user_roles').delete().eq('id', grant.id).select('id'));
		if (!grant || !Array.isArray(taken) || taken.length === 0) {
			throw new ApiError({
				status: 409,
				code: 'NOT_FOUND',
				message: 'That role is not theirs any more, or it is not yours to take.',
				hint: 'Nobody changes the own roles.',
				fields: {},
				details: null
			});
		}
		return {
			done: `${person.name} no longer has the role.`,
			undo: {
				label: 'Undo',
				action: 'grant',
				fields: { role: grant.role, ...(grant.station_id && { station_id: grant.station_id }) }
			}
		};
	})
};
