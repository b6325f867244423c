/** The kinds of picture that are stored, by the ending of their name. */
export const imageTypes = { png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp' } as const;
export type ImageEnding = keyof typeof imageTypes;

/** What a file is by its first bytes; null for what is no picture of these kinds, whatever its name says. */
export function imageEndingOf(bytes: Uint8Array): ImageEnding | null {
	const begins = (signature: readonly number[], at = 0) => signature.every((byte, index) => bytes[at + index] === byte);
	if (begins([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
	if (begins([0xff, 0xd8, 0xff])) return 'jpg';
	if (begins([0x52, 0x49, 0x46, 0x46]) && begins([0x57, 0x45, 0x42, 0x50], 8)) return 'webp';
	return null;
}
