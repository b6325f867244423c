import { homeTimezone } from '#admin/booking/list.ts';
import { choosePassword } from '#admin/identity/account.server.ts';
import { readSignIns } from '#admin/identity/users.server.ts';
import { apiOf, signedIn } from '#admin/identity/visitor.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { userId, stations } = await signedIn(event);
	const signIns = await readSignIns(apiOf(event), userId, 50);
	return { signIns, timezone: stations[0]?.timezone ?? homeTimezone, asOf: Date.now() };
};

export const actions: Actions = { password: choosePassword };
