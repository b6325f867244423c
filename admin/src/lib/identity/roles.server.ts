import * as z from 'zod/mini';
import { action, invalid } from '#admin/platform/action.server.ts';
import { ApiError, dataOf, type Api } from '#admin/platform/api.ts';
import type { Station } from '#admin/stations/schema.ts';
import { permission, rolePreview, type Permission, type Role, type RolePreviewAnswer } from './schema.ts';

const rolePermission = z.object({ role: z.string(), permission: z.string() });

/** What may be permitted, and the pairs `role permission` that are. */
export async function readMatrix(api: Api): Promise<{ permissions: Permission[]; held: string[] }> {
	const [all, pairs] = await Promise.all([
		api.from('permissions').select('permission, description').order('permission'),
		api.from('role_permissions').select('role, permission').order('role').order('permission')
	]);
	return {
		permissions: z.array(permission).parse(dataOf(all)),
		held: z
			.array(rolePermission)
			.parse(dataOf(pairs))
			.map((pair) => `${pair.role} ${pair.permission}`)
	};
}

export interface Preview extends RolePreviewAnswer {
	role: Role;
	station: Station | null;
}

/** What the role that the address names will see, at the named station or the first; null where it names none. */
export async function readPreview(
	api: Api,
	url: URL,
	roles: readonly Role[],
	stations: readonly Station[]
): Promise<Preview | null> {
	const role = roles.find((one) => one.role === url.searchParams.get('preview'));
	if (!role) return null;
	const named = stations.find(({ slug }) => slug === url.searchParams.get('at'));
	const station = role.needs_station ? (named ?? stations[0] ?? null) : null;
	const answer = await api.rpc('preview_role', { p_role: role.role, p_station_id: station?.id ?? null });
	return { role, station, ...rolePreview.parse(dataOf(answer)) };
}

export const roleActions = {
	/** `toggle` says role, permission and what it becomes: `chef leads.read on`. */
	toggle: action('toggle', ['roles.manage'], async ({ api, field }) => {
		const [role = '', name = '', next] = field('toggle').split(' ');
		if (!role || !name || (next !== 'on' && next !== 'off'))
			throw invalid({ toggle: 'Choose a role and a permission.' });
		if (next === 'on') {
			const given = await api.from('role_permissions').insert({ role, permission: name });
			// Somebody else was quicker: it is as wished.
			if (given.error?.code !== '23505') dataOf(given);
		} else {
			const taken = dataOf(
				await api.from('role_permissions').delete().eq('role', role).eq('permission', name).select('role')
			);
			if (!Array.isArray(taken) || taken.length === 0) throw gone();
		}
		return {
			done: `${name} is ${next} for ${role.replaceAll('_', ' ')}. It holds in every open window.`,
			undo: { label: 'Undo', action: 'toggle', fields: { toggle: `${role} ${name} ${next === 'on' ? 'off' : 'on'}` } }
		};
	})
};

function gone(): ApiError {
	return new ApiError({
		status: 409,
		code: 'NOT_FOUND',
		message: 'The role does not have that permission any more, or it is not yours to take.',
		hint: null,
		fields: {},
		details: null
	});
}
