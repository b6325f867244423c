import type { ListSpec } from '#admin/platform/list-state.ts';
import { Route } from '#admin/platform/routes.ts';
import type { StaffMember, UserRole } from './schema.ts';

export type UserRow = StaffMember & { grants: UserRole[] };

export const userList: ListSpec = {
	path: Route.users,
	filters: ['role'],
	sorts: ['name', 'email'],
	defaultSort: { by: 'name', ascending: true },
	columns: [
		{ key: 'name', label: 'Name', fixed: true, sort: 'name' },
		{ key: 'roles', label: 'Roles' },
		{ key: 'email', label: 'E-mail', sort: 'email' },
		{ key: 'phone', label: 'Phone', optional: true }
	],
	pageSize: 50
};
