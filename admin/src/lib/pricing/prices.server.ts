import { homeTimezone } from '#admin/booking/list.ts';
import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { formatCents } from '#shared/platform/money.ts';
import { priceSet } from '#shared/pricing/schema.ts';
import { centsOf } from './amounts.ts';
import { fromLocalInput } from './local-time.ts';

const write = ['pricing.write'] as const;

/** A typed amount in cents; refuses with a message at its field. */
function amount({ field }: Deed, name: string): number {
	const cents = centsOf(field(name));
	if (cents === null || cents < 0) throw invalid({ [name]: 'An amount, like 55 or 55.50.' });
	return cents;
}

/** Sets or schedules a price. The database says PRICE_CHANGE_LARGE where somebody has to confirm it. */
export const setPrice = action('set', write, async (work) => {
	const { api, field } = work;
	const effective_from = fromLocalInput(field('effective_from'), homeTimezone);
	if (effective_from === undefined) throw invalid({ effective_from: 'A date and a time, or nothing for now.' });
	const answer = await api.rpc('set_price', {
		p_request: {
			code: field('code'),
			unit_cents: amount(work, 'unit_cents'),
			effective_from,
			reason: field('reason'),
			confirmed: field('confirmed') === 'true',
			...(field('restores') && { restores: field('restores') })
		}
	});
	const { unit_cents } = priceSet.parse(dataOf(answer));
	return {
		done: effective_from
			? `${formatCents(unit_cents)} is scheduled.`
			: `It costs ${formatCents(unit_cents)} now. Open quotes ask again by themselves.`
	};
});

export const priceActions = {
	set: setPrice,

	cancel: action('cancel', write, async ({ api, field }) => {
		dataOf(await api.rpc('cancel_scheduled_price', { p_price: field('price'), p_reason: field('reason') }));
		return { done: 'The scheduled price is cancelled.' };
	}),

	limit: action('limit', write, async (work) => {
		const { api, field } = work;
		const code = field('code');
		const limits = { min_cents: amount(work, 'min'), max_cents: amount(work, 'max') };
		if (limits.max_cents < limits.min_cents) throw invalid({ max: 'Not below the lowest.' });
		const saved = dataOf(await api.from('price_limits').update(limits).eq('code', code).select('code'));
		if (!Array.isArray(saved) || saved.length === 0) {
			dataOf(
				await api
					.from('price_limits')
					.insert({ code, ...limits })
					.select('code')
			);
		}
		return { done: 'The limits are saved.' };
	})
};
