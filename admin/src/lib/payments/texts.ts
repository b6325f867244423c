import type { PaymentTexts } from './schema.ts';

/** The fields of what customers are told about paying. */
export const textFields = {
	zelle: { label: 'Zelle', most: 1000, hint: 'With the account to send to. Empty: Zelle is not offered.' },
	venmo: { label: 'Venmo', most: 1000, hint: 'With the account to send to. Empty: Venmo is not offered.' },
	fee_note: {
		label: 'Why a credit card costs more',
		most: 500,
		hint: 'Beside the fee, before paying. Empty: our usual words.'
	},
	balance_days: { label: 'Days after the dinner that a balance can be paid online', most: 90, hint: '' }
} as const;

/** What there is, as the form shows it. */
export function fieldsOfTexts({ version: _version, balance_days, ...texts }: PaymentTexts): Record<string, string> {
	const written = Object.entries(texts).map(([name, text]) => [name, text ?? '']);
	return { ...Object.fromEntries(written), balance_days: String(balance_days) };
}

/** Changed fields of the form as columns, or what is wrong with them. */
export function textsOfFields(fields: Record<string, string>): {
	values: Record<string, string | number | null>;
	problems: Record<string, string>;
} {
	const values: Record<string, string | number | null> = {};
	const problems: Record<string, string> = {};
	for (const [name, typed] of Object.entries(fields)) {
		const text = typed.trim();
		if (name === 'balance_days') {
			values[name] = Number(text);
			if (!/^\d{1,2}$/.test(text) || Number(text) > textFields.balance_days.most)
				problems[name] = `A whole number from 0 to ${textFields.balance_days.most}.`;
		} else if (name in textFields) {
			const { most } = textFields[name as keyof typeof textFields];
			values[name] = text || null;
			if (text && (text.length < 10 || text.length > most)) problems[name] = `10 to ${most} characters, or nothing.`;
		}
	}
	return { values, problems };
}

/** Minutes as one says them: `30 min`, `24 h`, `1 h 30 min`. */
export function duration(minutes: number): string {
	const hours = Math.floor(minutes / 60);
	const rest = minutes % 60;
	return [hours && `${hours} h`, rest && `${rest} min`].filter(Boolean).join(' ') || '0 min';
}
