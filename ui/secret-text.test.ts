import { expect, test } from 'vitest';
import { decodeText, encodeText } from './secret-text.ts';

test('what is encoded comes back', () => {
	for (const text of ['+15105550142', 'café ☎', '']) expect(decodeText(encodeText(text))).toBe(text);
});

test('no run of digits of the number can be read in the encoded text', () => {
	const encoded = encodeText('+15105550142');
	expect(encoded).not.toMatch(/\d{4}/);
	expect(atob(encoded)).not.toMatch(/\d{4}/);
});

test('garbage decodes to nothing instead of throwing', () => {
	expect(decodeText('%%%')).toBe('');
});
