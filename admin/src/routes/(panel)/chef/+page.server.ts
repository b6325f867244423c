import { redirect } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { assignments } from '#admin/booking/assignments.ts';
import { deedActions } from '#admin/booking/deeds.server.ts';
import { allowed, apiOf, signedIn } from '#admin/identity/visitor.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { pages } from '#admin/platform/navigation.ts';
import { Route } from '#admin/platform/routes.ts';
import type { Actions, PageServerLoad } from './$types';

const ownChef = z.nullable(z.object({ id: z.string() }));

export const load: PageServerLoad = async (event) => {
	event.depends('admin:assignments');
	// The installed panel begins here; who is no chef goes on to the own start.
	if (event.url.searchParams.has('app') && !(await signedIn(event)).access.canAny(...pages.myEvents.needs))
		redirect(303, Route.dashboard);
	const { userId } = await allowed(event, ...pages.myEvents.needs);
	const api = apiOf(event);
	const [mine, chef] = await Promise.all([
		api.rpc('my_assignments'),
		api.from('chefs').select('id').eq('user_id', userId).maybeSingle()
	]);
	const now = Date.now();
	const events = assignments.parse(dataOf(mine));
	return {
		chefId: ownChef.parse(dataOf(chef))?.id ?? null,
		ahead: events.filter(({ event_ends_at }) => Date.parse(event_ends_at) >= now),
		done: events.filter(({ event_ends_at }) => Date.parse(event_ends_at) < now).toReversed(),
		asOf: now
	};
};

export const actions: Actions = deedActions;
