import * as z from 'zod/mini';
import { action, invalid, type Deed } from '#admin/platform/action.server.ts';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { saveEdit } from '#admin/platform/edit.server.ts';
import { cancellationPolicy, cardFeeRule, paymentTexts, stationHold } from './schema.ts';
import { fieldsOfTexts, textFields, textsOfFields } from './texts.ts';
import { centsOf } from './words.ts';

const texts = 'zelle, venmo, fee_note, balance_days, version';

/** All that decides how customers pay: the card fees in force or to come, every version of the policy (newest first), texts and holds. */
export async function readPaymentSettings(api: Api, now: string) {
	const [rules, policies, told, holds] = await Promise.all([
		api
			.from('card_fee_rules')
			.select('id, state, funding, rate, enabled, reason, effective_from, effective_to, version')
			.or(`effective_to.is.null,effective_to.gt."${now}"`)
			.order('state', { nullsFirst: true })
			.order('funding'),
		api
			.from('cancellation_policies')
			.select(
				'id, effective_from, full_refund_days, free_reschedules, free_reschedule_hours, reschedule_fee_cents, note'
			)
			.order('effective_from', { ascending: false })
			.order('id'),
		api.from('payment_settings').select(texts).single(),
		api.from('stations').select('id, name, hold_minutes, unpaid_hold_minutes').is('deleted_at', null).order('name')
	]);
	return {
		rules: z.array(cardFeeRule).parse(dataOf(rules)),
		policies: z.array(cancellationPolicy).parse(dataOf(policies)),
		texts: paymentTexts.parse(dataOf(told)),
		holds: z.array(stationHold).parse(dataOf(holds))
	};
}

/** A rate typed in per cent, as a fraction. */
function rateOf({ field }: Deed): number {
	const percent = Number(field('percent').replace('%', '').trim() || NaN);
	if (!(percent >= 0 && percent <= 4)) throw invalid({ percent: 'From 0 to 4 percent: card networks allow no more.' });
	return Math.round(percent * 1000) / 100_000;
}

function whole({ field }: Deed, name: string, most: number): number {
	const value = Number(field(name) || NaN);
	if (!Number.isInteger(value) || value < 0 || value > most) throw invalid({ [name]: `A whole number up to ${most}.` });
	return value;
}

function because({ field }: Deed, name: string): string {
	const text = field(name);
	if (text.length < 10 || text.length > 500) throw invalid({ [name]: 'Say why, in 10 to 500 characters.' });
	return text;
}

export const settingsActions = {
	editFee: action('editFee', ['payments.write'], async (work) => {
		const rule = { rate: rateOf(work), enabled: work.field('enabled') === 'on', reason: because(work, 'reason') };
		const answer = await work.api
			.from('card_fee_rules')
			.update(rule)
			.eq('id', work.field('id'))
			.eq('version', Number(work.field('version')))
			.select('id');
		if (z.array(z.object({ id: z.string() })).parse(dataOf(answer)).length === 0)
			throw invalid({ percent: 'Somebody changed this rule meanwhile. Look at it again.' });
		return { done: 'Saved. It holds for payments from now on.' };
	}),

	addFee: action('addFee', ['payments.write'], async (work) => {
		const state = work.field('state').toUpperCase();
		if (!/^[A-Z]{2}$/.test(state)) throw invalid({ state: 'Two letters, like TX.' });
		const funding = z.enum(['credit', 'debit', 'prepaid']).safeParse(work.field('funding'));
		if (!funding.success) throw invalid({ funding: 'Choose the kind of card.' });
		const rule = { state, funding: funding.data, rate: rateOf(work), reason: because(work, 'reason') };
		const answer = await work.api.from('card_fee_rules').insert(rule);
		if (answer.status === 409)
			throw invalid({ state: 'There is a rule for this state and card already; change that one.' });
		dataOf(answer);
		return { done: `A rule for ${state} holds from now on.` };
	}),

	editTexts: action('editTexts', ['payments.write'], async (work) => {
		const { api } = work;
		const { changed } = await saveEdit(
			work,
			Object.keys(textFields),
			async () => {
				const row = paymentTexts.parse(dataOf(await api.from('payment_settings').select(texts).single()));
				return { version: row.version, fields: fieldsOfTexts(row) };
			},
			async (fields, version) => {
				const { values, problems } = textsOfFields(fields);
				if (Object.keys(problems).length) throw invalid(problems);
				const answer = await api.from('payment_settings').update(values).eq('version', version).select('id');
				return (dataOf(answer) as unknown[]).length > 0;
			}
		);
		return { done: changed ? 'Saved. Customers read it from now on.' : 'Nothing was changed.' };
	}),

	newPolicy: action('newPolicy', ['payments.write'], async (work) => {
		const fee = centsOf(work.field('fee'));
		if (fee === null || fee > 100_000) throw invalid({ fee: 'A sum in dollars, up to 1,000.' });
		dataOf(
			await work.api.from('cancellation_policies').insert({
				full_refund_days: whole(work, 'full_refund_days', 365),
				free_reschedules: whole(work, 'free_reschedules', 100),
				free_reschedule_hours: whole(work, 'free_reschedule_hours', 8760),
				reschedule_fee_cents: fee,
				note: because(work, 'note')
			})
		);
		return { done: 'The new policy holds for bookings from now on. Earlier ones keep theirs.' };
	})
};
