import type { CsvColumn } from '#admin/platform/csv.ts';
import type { ListSpec } from '#admin/platform/list-state.ts';
import { Route } from '#admin/platform/routes.ts';
import type { Station } from '#admin/stations/schema.ts';
import { formatPhone } from '#shared/platform/phone.ts';
import { roleName, type Role, type StaffMember, type UserRole } from './schema.ts';

export type UserRow = StaffMember & { grants: UserRole[] };

export const userList: ListSpec = {
	path: Route.users,
	filters: ['role'],
	sorts: ['created_at'],
	defaultSort: { by: 'created_at', ascending: false },
	columns: [
		{ key: 'name', label: 'Name', fixed: true },
		{ key: 'roles', label: 'Roles' },
		{ key: 'email', label: 'E-mail' },
		{ key: 'created', label: 'Here since', sort: 'created_at' },
		{ key: 'phone', label: 'Phone', optional: true }
	],
	pageSize: 50
};

/** The columns of the users export. */
export function userCsv(roles: readonly Role[], stations: readonly Station[]): CsvColumn<UserRow>[] {
	return [
		{ label: 'Name', value: (row) => row.name },
		{ label: 'Roles', value: (row) => row.grants.map((grant) => roleName(grant, roles, stations)).join(', ') },
		{ label: 'E-mail', value: (row) => row.email },
		{ label: 'Phone', value: (row) => (row.phone ? formatPhone(row.phone) : null) },
		{ label: 'Here since', value: (row) => row.created_at }
	];
}
