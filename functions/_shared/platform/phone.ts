/**
 * A phone number as the database keeps it (E.164), or null when it cannot be one. A number without a country code is
 * taken to be of the United States; the database decides by `private.e164` in the same way.
 */
export function toE164(text: string): string | null {
	const trimmed = text.trim();
	if (!/^[+\d][\d\s().-]*$/.test(trimmed) && !/^\(/.test(trimmed)) return null;
	if (/[^\d\s().+-]/.test(trimmed)) return null;
	const digits = trimmed.replace(/\D/g, '');
	if (trimmed.startsWith('+')) return /^[1-9]\d{7,14}$/.test(digits) ? `+${digits}` : null;
	const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
	return /^[2-9]\d{2}[2-9]\d{6}$/.test(national) ? `+1${national}` : null;
}

/** `+15105551234` → `(510) 555-1234`; other countries' numbers as they are. */
export function formatPhone(e164: string): string {
	const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
	return match ? `(${match[1]}) ${match[2]}-${match[3]}` : e164;
}
