import { error, redirect } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { saveEdit } from '#admin/platform/edit.server.ts';
import { Route } from '#admin/platform/routes.ts';
import { allergenNames, dietNames } from '#shared/catalog/words.ts';
import {
	codeOf,
	emptyItem,
	itemFieldNames,
	itemFields,
	joined,
	menuItem,
	menuItemSelect,
	movedItem,
	readItemFields,
	todaysPrice,
	type MenuItem,
	type TodaysPrice
} from './schema.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The menu in its order, for editors also what is off it. */
export async function readMenu(api: Api): Promise<MenuItem[]> {
	const answer = await api.from('menu_items').select(menuItemSelect).order('sort_order').order('code');
	return z.array(menuItem).parse(dataOf(answer));
}

/** One item, or the 404 page. */
export async function readMenuItem(api: Api, id: string): Promise<MenuItem> {
	const row = uuid.test(id)
		? dataOf(await api.from('menu_items').select(menuItemSelect).eq('id', id).maybeSingle())
		: null;
	if (!row)
		error(404, { code: 'NOT_FOUND', message: 'There is no such menu item. It may be archived: look in the trash.' });
	return menuItem.parse(row);
}

/** The prices that hold today, as far as the reader may see them. */
export async function readPrices(api: Api): Promise<TodaysPrice[]> {
	const now = new Date().toISOString();
	const answer = await api
		.from('price_book')
		.select('code, label, unit_cents, unit')
		.lte('effective_from', now)
		.or(`effective_to.is.null,effective_to.gt.${now}`)
		.order('label');
	return z.array(todaysPrice).parse(dataOf(answer));
}

export const menuActions = {
	move: action('move', ['menu.write'], async ({ api, field }) => {
		const up = field('up') === 'true';
		const item = await readMenuItem(api, field('id'));
		const { moved } = movedItem.parse(dataOf(await api.rpc('move_menu_item', { p_item: item.id, p_up: up })));
		if (!moved) return { done: `${item.name} is ${up ? 'first' : 'last'} already.` };
		return {
			done: `Moved ${item.name} ${up ? 'up' : 'down'}.`,
			undo: { label: 'Undo', action: 'move', fields: { id: item.id, up: String(!up) } }
		};
	})
};

export const menuItemActions = {
	edit: action('edit', ['menu.write'], async (work) => {
		const { api, event } = work;
		const id = event.params.id ?? '';
		let before: Record<string, string> = {};
		gather(work);
		const { changed } = await saveEdit(
			work,
			itemFieldNames,
			async () => {
				const item = await readMenuItem(api, id);
				before = itemFields(item);
				return { version: item.version, fields: before };
			},
			async (fields, version) => {
				const { values, problems } = readItemFields(fields, before);
				if (Object.keys(problems).length) throw invalid(problems);
				const answer = await api.from('menu_items').update(values).eq('id', id).eq('version', version).select('id');
				return (dataOf(answer) as unknown[]).length > 0;
			}
		);
		return { done: changed ? 'Saved. The site shows it within seconds.' : 'Nothing was different.' };
	})
};

export const createItem = action('create', ['menu.write'], async (work) => {
	const { api, field } = work;
	gather(work);
	const typed = Object.fromEntries(itemFieldNames.map((name) => [name, field(name)]));
	const { values, problems } = readItemFields(typed, emptyItem);
	const code = codeOf(typed.name ?? '', typed.kind ?? '');
	if (code.length < 2 && !problems.name) problems.name = 'Enter a name with at least two letters.';
	if (Object.keys(problems).length) throw invalid(problems);
	const last = (await readMenu(api)).filter(({ kind }) => kind === typed.kind).at(-1);
	const answer = await api
		.from('menu_items')
		.insert({ ...values, code, sort_order: (last?.sort_order ?? 900) + 10 })
		.select('id')
		.single();
	if (answer.error?.code === '23505') throw invalid({ name: 'There is an item of that name already.' });
	redirect(303, Route.menuItem(z.object({ id: z.string() }).parse(dataOf(answer)).id));
});

/** Boxes that were ticked, as one field each; a list without a tick is an empty one. */
function gather({ form }: Deed): void {
	form.set('allergens', joined(form.getAll('allergen').map(String), allergenNames));
	form.set('diets', joined(form.getAll('diet').map(String), dietNames));
}
