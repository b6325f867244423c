import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { centsOf, rateOf } from './amounts.ts';

/** What a typed rule asks the database for; boxes come as `weekday:6` and `code:adult`. */
function ruleRequest({ form, field }: Deed): Record<string, unknown> {
	const boxes = (prefix: string) =>
		[...form.keys()].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
	const share = field('percent');
	const amount = field('dollars');
	const rate = share === '' ? null : rateOf(share);
	const cents = amount === '' ? null : centsOf(amount);
	if ((share && rate === null) || (amount && cents === null) || (share === '') === (amount === '')) {
		throw invalid({ percent: 'Either a share, like 10 or -5, or an amount.' });
	}
	return {
		...(field('id') && { id: field('id') }),
		label: field('label'),
		codes: boxes('code:'),
		weekdays: boxes('weekday:').map(Number),
		first_day: field('first_day') || null,
		last_day: field('last_day') || null,
		every_year: field('every_year') === 'on',
		station_id: field('station_id') || null,
		...(rate === null ? { cents } : { rate }),
		priority: Number(field('priority') || 100),
		reason: field('reason'),
		confirmed: field('confirmed') === 'on'
	};
}

export const ruleActions = {
	save: action('save', ['pricing.write'], async (work) => {
		dataOf(await work.api.rpc('save_price_rule', { p_request: ruleRequest(work) }));
		return { done: 'The rule is in force. Past quotes keep theirs.' };
	}),
	end: action('end', ['pricing.write'], async ({ api, field }) => {
		dataOf(await api.rpc('end_price_rule', { p_rule: field('rule'), p_reason: field('reason') }));
		return { done: 'The rule has ended.' };
	})
};
