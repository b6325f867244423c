import { describe, expect, it } from 'vitest';
import { sendTemplate, WhatsAppError, whatsAppSettings } from './whatsapp.ts';

const settings = {
	apiUrl: 'https://meta.test/v23.0',
	phoneNumberId: '1',
	accessToken: 'secret',
	adminNumbers: ['+15105550100']
};
const message = { to: '+15105550100', template: 'scaling_alert', language: 'en_US', parameters: ['Two\n\tlines'] };

describe('WhatsApp by the Cloud API', () => {
	it('sends a template as Meta wants it and answers its id', async () => {
		let seen: { url: string; init: RequestInit } | undefined;
		const id = await sendTemplate(settings, message, async (url, init) => {
			seen = { url: String(url), init: init ?? {} };
			return Response.json({ messaging_product: 'whatsapp', messages: [{ id: 'wamid.1' }] });
		});
		expect(id).toBe('wamid.1');
		expect(seen?.url).toBe('https://meta.test/v23.0/1/messages');
		expect(new Headers(seen?.init.headers).get('authorization')).toBe('Bearer secret');
		expect(JSON.parse(String(seen?.init.body))).toMatchObject({
			messaging_product: 'whatsapp',
			to: '15105550100',
			type: 'template',
			template: {
				name: 'scaling_alert',
				language: { code: 'en_US' },
				components: [{ type: 'body', parameters: [{ type: 'text', text: 'Two lines' }] }]
			}
		});
	});
	it('says what Meta refused, without the token or the number', async () => {
		const refused = sendTemplate(settings, message, async () =>
			Response.json({ error: { code: 131_047 } }, { status: 400 })
		);
		await expect(refused).rejects.toThrow(new WhatsAppError('WhatsApp refused: 400, code 131047'));
	});
	it('says so when Meta can not be reached', async () => {
		await expect(sendTemplate(settings, message, () => Promise.reject(new TypeError('no')))).rejects.toThrow(
			WhatsAppError
		);
	});
	it('is off while a setting is missing', () => {
		expect(whatsAppSettings({ WHATSAPP_PHONE_NUMBER_ID: '1', WHATSAPP_ACCESS_TOKEN: 'x' })).toBeNull();
		expect(
			whatsAppSettings({ WHATSAPP_PHONE_NUMBER_ID: '1', WHATSAPP_ACCESS_TOKEN: 'x', WHATSAPP_ADMIN_NUMBERS: '+1, +2' })
				?.adminNumbers
		).toEqual(['+1', '+2']);
	});
});
