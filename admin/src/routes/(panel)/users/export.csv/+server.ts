import { homeTimezone } from '#admin/booking/list.ts';
import { readRoles, readUsers } from '#admin/identity/users.server.ts';
import { userCsv, userList } from '#admin/identity/users.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { exportList } from '#admin/platform/export.server.ts';
import { readListState } from '#admin/platform/list-state.ts';
import { pages } from '#admin/platform/navigation.ts';
import type { RequestHandler } from './$types';

const pageSize = 200;

/** The list of the same address, all of its pages, as CSV. */
export const GET: RequestHandler = async (event) => {
	const { stations } = await allowed(event, ...pages.users.needs);
	const api = apiOf(event);
	const state = readListState(userList, event.url);
	return exportList(
		'users',
		userCsv(await readRoles(api), stations),
		(cursor) => readUsers(api, { ...state, cursor }, pageSize),
		(row) => ({ value: row.created_at, id: row.id }),
		stations[0]?.timezone ?? homeTimezone
	);
};
