/**
 * Meta's WhatsApp Cloud API as far as we send by it: `POST /{version}/{phone number id}/messages`. Keeps what was sent in memory
 * and can be told to fail or to be slow, for trying what happens then.
 */
import { randomBytes } from 'node:crypto';

export interface SentMessage {
	id: string;
	to: string;
	template: string;
	text: string;
	at: string;
}

export interface Switches {
	/** Answers 500 to everything. */
	fail: boolean;
	/** Waits before it answers, in ms. */
	latencyMs: number;
}

export interface Answer {
	status: number;
	body: unknown;
}

/** What the local stack's workers use; nothing outside takes it. */
export const simulatedMeta = {
	phoneNumberId: '100000000000001',
	accessToken: 'simulated',
	adminNumbers: ['+15105550100']
};

const kept = 200;

export class MetaSimulator {
	readonly messages: SentMessage[] = [];
	switches: Switches = { fail: false, latencyMs: 0 };

	/** Takes a message, or refuses as Meta does: 190 without a token, 100 for a message that is none. */
	async send(phoneNumberId: string, token: string | undefined, body: unknown): Promise<Answer> {
		if (this.switches.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.switches.latencyMs));
		if (this.switches.fail) return refusal(500, 131_000, 'Something went wrong');
		if (!token || phoneNumberId !== simulatedMeta.phoneNumberId) return refusal(401, 190, 'Invalid OAuth access token');
		const message = body as {
			messaging_product?: string;
			to?: string;
			template?: { name?: string; components?: { parameters?: { text?: string }[] }[] };
		} | null;
		const { to, template } = message ?? {};
		if (message?.messaging_product !== 'whatsapp' || !to || !template?.name)
			return refusal(400, 100, 'Invalid parameter');
		const id = `wamid.${randomBytes(12).toString('hex')}`;
		const parameters = template.components?.flatMap((part) => part.parameters ?? []) ?? [];
		const text = parameters.map((part) => part.text ?? '').join(' ');
		this.messages.unshift({ id, to: `+${to}`, template: template.name, text, at: new Date().toISOString() });
		this.messages.length = Math.min(this.messages.length, kept);
		return {
			status: 200,
			body: { messaging_product: 'whatsapp', contacts: [{ input: to, wa_id: to }], messages: [{ id }] }
		};
	}
}

function refusal(status: number, code: number, message: string): Answer {
	return { status, body: { error: { message, type: 'OAuthException', code } } };
}
