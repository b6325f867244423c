/** Jobs of scaling health: the check of every five minutes, and its messages. */
import { z } from 'zod';
import { scalingMail, type ScalingFacts } from '#shared/platform/mail/scaling.ts';
import { sendTemplate } from '#shared/platform/whatsapp.ts';
import { defineJob, type AnyJob, type JobContext } from './job.ts';

interface Alert {
	kind: ScalingFacts['kind'];
	level: string | null;
	message: string;
	/** The flag scaling_whatsapp_alerts. */
	whatsapp: boolean;
	emails: string[];
}

/** Measures and holds it against the thresholds; what must be told becomes jobs of its own. */
const check = defineJob({
	queue: 'scaling-check',
	payload: z.object({ v: z.literal(1) }),
	async run(_payload, { db }) {
		const [row] = await db.query<{ result: { alerts: number } }>('select private.scaling_check() as result');
		return row?.result.alerts ? `${row.result.alerts} alerts` : null;
	}
});

/**
 * Sends one message to the administrators: by WhatsApp while its flag is on, by e-mail where it is off or Meta does not take
 * it. Claimed and sent in one step, so that what fails both ways is tried again.
 */
const alert = defineJob({
	queue: 'scaling-alert',
	payload: z.object({ v: z.literal(1), alert_id: z.uuid() }),
	async run({ alert_id }, context) {
		return context.db.transaction(async (query) => {
			const [row] = await query<{ alert: Alert | null }>('select private.claim_scaling_alert($1) as alert', [alert_id]);
			if (!row?.alert) return 'sent before';
			const channel =
				(await byWhatsApp(row.alert, context)) ?? (await byMail(row.alert, alert_id, context)) ?? 'nobody';
			await query('update public.scaling_alerts set channel = $2 where id = $1', [alert_id, channel]);
			return `${row.alert.kind}: ${channel}`;
		});
	}
});

export const scalingJobs: AnyJob[] = [check, alert];

async function byWhatsApp({ whatsapp: on, message }: Alert, { whatsapp, log }: JobContext): Promise<'whatsapp' | null> {
	if (!on || !whatsapp) return null;
	try {
		for (const to of whatsapp.adminNumbers) {
			await sendTemplate(whatsapp, { to, template: 'scaling_alert', language: 'en_US', parameters: [message] });
		}
		return 'whatsapp';
	} catch (error) {
		log(`jobs: scaling-alert goes by e-mail: ${error instanceof Error ? error.message : 'unknown'}`);
		return null;
	}
}

async function byMail(
	{ kind, message, emails }: Alert,
	id: string,
	{ send, adminUrl }: JobContext
): Promise<'email' | null> {
	if (emails.length === 0) return null;
	const mail = scalingMail({ kind, message, scaling_url: new URL('/scaling', adminUrl).href });
	await send({ ...mail, to: emails, messageKey: `${id}:scaling` });
	return 'email';
}
