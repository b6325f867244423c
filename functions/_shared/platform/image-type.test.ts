import { describe, expect, it } from 'vitest';
import { imageEndingOf } from './image-type.ts';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

describe('what a file is, by its first bytes', () => {
	it.each([
		['89504e470d0a1a0a0000', 'png'],
		['ffd8ffe000104a464946', 'jpg'],
		['524946462400000057454250', 'webp'],
		['524946462400000057415645', null],
		['3c7376672f3e', null],
		['', null]
	])('%s is %s', (hex, ending) => expect(imageEndingOf(bytes(hex))).toBe(ending));
});
