/**
 * WhatsApp by Meta's Cloud API, with nothing but fetch. A business may write first only by a template that Meta approved, so
 * this sends templates.
 */
export interface WhatsAppSettings {
	/** `https://graph.facebook.com/v23.0`, or a simulator. */
	apiUrl: string;
	phoneNumberId: string;
	accessToken: string;
	/** E.164 numbers of the administrators. */
	adminNumbers: string[];
}

export interface TemplateMessage {
	/** E.164. */
	to: string;
	template: string;
	/** BCP 47 with an underscore, as Meta writes it. */
	language: string;
	/** The template's {{1}}, {{2}} … */
	parameters: string[];
}

/** Meta refused, or could not be reached. The message has Meta's code and no personal data. */
export class WhatsAppError extends Error {
	override name = 'WhatsAppError';
}

/** Longer than this and the other channel is quicker. */
const timeoutMs = 8000;

/** Reads the settings of the environment; null where any is missing. */
export function whatsAppSettings(env: Record<string, string | undefined>): WhatsAppSettings | null {
	const { WHATSAPP_PHONE_NUMBER_ID: phoneNumberId, WHATSAPP_ACCESS_TOKEN: accessToken } = env;
	const adminNumbers = (env.WHATSAPP_ADMIN_NUMBERS ?? '')
		.split(',')
		.map((number) => number.trim())
		.filter(Boolean);
	if (!phoneNumberId || !accessToken || adminNumbers.length === 0) return null;
	return {
		apiUrl: env.WHATSAPP_API_URL ?? 'https://graph.facebook.com/v23.0',
		phoneNumberId,
		accessToken,
		adminNumbers
	};
}

/**
 * Sends one template message and answers Meta's id of it.
 * @throws WhatsAppError when Meta does not take it within 8 s.
 */
export async function sendTemplate(
	{ apiUrl, phoneNumberId, accessToken }: WhatsAppSettings,
	{ to, template, language, parameters }: TemplateMessage,
	send: typeof fetch = fetch
): Promise<string> {
	const answer = await send(`${apiUrl}/${phoneNumberId}/messages`, {
		method: 'POST',
		headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
		body: JSON.stringify({
			messaging_product: 'whatsapp',
			recipient_type: 'individual',
			to: to.replace(/^\+/, ''),
			type: 'template',
			template: {
				name: template,
				language: { code: language },
				components: [{ type: 'body', parameters: parameters.map((text) => ({ type: 'text', text: oneLine(text) })) }]
			}
		}),
		signal: AbortSignal.timeout(timeoutMs)
	}).catch((error: unknown) => {
		throw new WhatsAppError(`WhatsApp could not be reached: ${error instanceof Error ? error.name : 'unknown'}`);
	});
	const body = (await answer.json().catch(() => null)) as {
		messages?: { id?: string }[];
		error?: { code?: number };
	} | null;
	const id = body?.messages?.[0]?.id;
	if (!answer.ok || !id)
		throw new WhatsAppError(`WhatsApp refused: ${answer.status}, code ${body?.error?.code ?? 'none'}`);
	return id;
}

/** Meta takes no line breaks, tabs or rows of spaces in a parameter, and at most 1,024 characters. */
function oneLine(text: string): string {
	return text.replace(/\s+/g, ' ').trim().slice(0, 1024);
}
