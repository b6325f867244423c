/** What scripts/fonts.ts uses of the package, which brings no types. */
declare module 'subset-font' {
	export default function subsetFont(
		font: Buffer,
		text: string,
		options: {
			targetFormat: 'woff2';
			/** One value pins an axis; a range limits it. */
			variationAxes: Record<string, number | { min: number; max: number; default: number }>;
		}
	): Promise<Buffer>;
}
