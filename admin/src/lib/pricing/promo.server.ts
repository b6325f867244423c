import { error, redirect } from '@sveltejs/kit';
import * as z from 'zod/mini';
import { homeTimezone } from '#admin/booking/list.ts';
import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { saveEdit } from '#admin/platform/edit.server.ts';
import { Route } from '#admin/platform/routes.ts';
import { centsOf, rateOf } from './amounts.ts';
import { fromLocalInput } from './local-time.ts';
import { promoFields, promoRow, redemption, type PromoRow, type Redemption } from './promo.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** One code, or the 404 page. */
export async function readPromo(api: Api, id: string): Promise<PromoRow> {
	const row = uuid.test(id) ? dataOf(await api.from('promo_code_list').select('*').eq('id', id).maybeSingle()) : null;
	if (!row) error(404, { code: 'NOT_FOUND', message: 'There is no such promo code.' });
	return promoRow.parse(row);
}

/** The latest uses of a code, those given back too. */
export async function readRedemptions(api: Api, id: string): Promise<Redemption[]> {
	const answer = await api
		.from('promo_redemptions')
		.select('id, booking_id, discount_cents, created_at, released_at, bookings(reference, status)')
		.eq('promo_code_id', id)
		.order('created_at', { ascending: false })
		.limit(100);
	return z.array(redemption).parse(dataOf(answer));
}

/** The columns that typed fields mean; refuses with a message at each field that means nothing. */
function columnsOf(typed: Record<string, string>): Record<string, unknown> {
	const problems: Record<string, string> = {};
	const columns: Record<string, unknown> = {};
	const put = (column: string, field: string, value: unknown, wrong: string) => {
		if (!(field in typed)) return;
		if (value === undefined) problems[field] = wrong;
		else columns[column] = value;
	};
	const text = (field: string) => typed[field] ?? '';
	const whole = (field: string) =>
		text(field) === '' ? null : /^[1-9]\d{0,8}$/.test(text(field)) ? Number(text(field)) : undefined;
	const time = (field: string) => fromLocalInput(text(field), homeTimezone);
	const rate = text('percent') === '' ? null : (rateOf(text('percent')) ?? undefined);
	const cents = text('dollars') === '' ? null : (centsOf(text('dollars')) ?? undefined);
	const code = text('code').toUpperCase();
	put(
		'code',
		'code',
		/^[A-Z0-9][A-Z0-9_-]{2,29}$/.test(code) ? code : undefined,
		'3 to 30 letters and digits, like SUMMER26.'
	);
	put(
		'description',
		'description',
		text('description').length <= 300 ? text('description') : undefined,
		'At most 300 characters.'
	);
	put(
		'rate',
		'percent',
		rate === null || (rate !== undefined && rate > 0 && rate <= 1) ? rate : undefined,
		'From 0.01 to 100 %.'
	);
	put(
		'cents',
		'dollars',
		cents === null || (cents !== undefined && cents > 0) ? cents : undefined,
		'An amount, like 50.'
	);
	if ('percent' in typed && 'dollars' in typed && (rate === null) === (cents === null)) {
		problems.percent ??= 'Either a share or an amount.';
	}
	put('min_order_cents', 'min_order', centsOf(text('min_order') || '0') ?? undefined, 'An amount, like 600.');
	put('starts_at', 'starts_at', time('starts_at'), 'A date and a time.');
	put('ends_at', 'ends_at', time('ends_at'), 'A date and a time.');
	if (text('starts_at') && text('ends_at') && text('ends_at') <= text('starts_at'))
		problems.ends_at ??= 'After it starts.';
	put('max_total', 'max_total', whole('max_total'), 'A whole number, or nothing.');
	put('max_per_customer', 'max_per_customer', whole('max_per_customer'), 'A whole number, or nothing.');
	put('first_time_only', 'first_time_only', text('first_time_only') === 'yes', '');
	put('active', 'active', text('active') !== 'no', '');
	put('station_ids', 'station_ids', text('station_ids').split(' ').filter(Boolean), '');
	if (Object.keys(problems).length > 0) throw invalid(problems);
	return columns;
}

/** The typed fields; the chosen stations come as a box each. */
function typedFields({ form }: Deed): Record<string, string> {
	const stations = [...form.keys()].flatMap((name) => (name.startsWith('station:') ? [name.slice(8)] : []));
	form.set('station_ids', stations.sort().join(' '));
	const names = Object.keys(promoFields(null, homeTimezone));
	return Object.fromEntries(names.map((name) => [name, String(form.get(name) ?? '').trim()]));
}

/** A code that is taken is said at its field; all else as always. */
function written(answer: { data: unknown; error: unknown; status: number }): unknown[] {
	if ((answer.error as { code?: string } | null)?.code === '23505')
		throw invalid({ code: 'There is such a code already.' });
	return z.array(z.unknown()).parse(dataOf(answer));
}

const write = ['promo_codes.write'] as const;

export const newPromoActions = {
	create: action('create', write, async (work) => {
		const rows = written(
			await work.api
				.from('promo_codes')
				.insert(columnsOf(typedFields(work)))
				.select('id')
		);
		redirect(303, Route.promoCode(z.object({ id: z.string() }).parse(rows[0]).id));
	})
};

export const promoActions = {
	edit: action('edit', write, async (work) => {
		const id = work.event.params.id ?? '';
		const typed = typedFields(work);
		columnsOf(typed);
		const { changed } = await saveEdit(
			work,
			Object.keys(typed),
			async () => {
				const row = await readPromo(work.api, id);
				return { version: row.version, fields: promoFields(row, homeTimezone) };
			},
			async (fields, version) => {
				const values = columnsOf(fields);
				return (
					written(await work.api.from('promo_codes').update(values).eq('id', id).eq('version', version).select('id'))
						.length > 0
				);
			}
		);
		return { done: changed ? 'Saved. New quotes know it at once.' : 'Nothing was different.' };
	}),

	archive: action('archive', write, async ({ api, event, field }) => {
		const archived = field('archived') !== 'no';
		const archived_at = archived ? new Date().toISOString() : null;
		const rows = written(
			await api
				.from('promo_codes')
				.update({ archived_at })
				.eq('id', event.params.id ?? '')
				.select('id')
		);
		if (rows.length === 0) throw invalid({ code: 'There is no such code.' });
		const undo = { label: 'Undo', action: 'archive', fields: { archived: archived ? 'no' : 'yes' } };
		return { done: archived ? 'Archived. Bookings that used it keep their price.' : 'It is back.', undo };
	})
};
