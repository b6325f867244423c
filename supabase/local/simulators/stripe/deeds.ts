/** What happens at Stripe without us: refunds from its dashboard, disputes, events sent again. */
import { z } from 'zod';
import type { StripeAccount } from './account.ts';
import { invalid, missing } from './errors.ts';
import type { Webhooks } from './webhooks.ts';

const id = z.string().min(1);
const yesNo = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const cents = z.union([z.literal('').transform(() => null), z.coerce.number().int().positive()]).nullish();

const deed = z.discriminatedUnion('deed', [
	z.object({ deed: z.literal('refund'), id, amount: cents }),
	z.object({ deed: z.literal('fail_refund'), id }),
	z.object({ deed: z.literal('dispute'), id, reason: z.string().optional() }),
	z.object({ deed: z.literal('close_dispute'), id, won: yesNo }),
	z.object({ deed: z.literal('expire_session'), id }),
	z.object({ deed: z.literal('resend'), id })
]);

/** Does it and answers the object that changed. Throws StripeRefusal where it can't be done. */
export function doDeed(account: StripeAccount, webhooks: Webhooks, given: unknown): object {
	const parsed = deed.safeParse(given);
	if (!parsed.success) throw invalid(`Not a deed: ${parsed.error.issues[0]?.message ?? 'unknown'}`);
	const wish = parsed.data;
	switch (wish.deed) {
		case 'refund':
			return account.refund({ charge: wish.id, intent: null, amount: wish.amount ?? null, reason: null, metadata: {} });
		case 'fail_refund':
			return account.failRefund(wish.id);
		case 'dispute':
			return account.dispute(wish.id, wish.reason);
		case 'close_dispute':
			return account.closeDispute(wish.id, wish.won);
		case 'expire_session':
			return account.expireSession(wish.id);
		case 'resend': {
			const event = account.store.get('events', wish.id);
			if (!event) throw missing('event', wish.id);
			webhooks.send(event, { again: true });
			return event;
		}
	}
}
