const pictures = import.meta.glob<string>('./images/dishes/*.svg', { query: '?url', import: 'default', eager: true });

/** Other names for the same plate: what comes with the dinner is drawn like its extra portion. */
const drawnAs: Record<string, string> = {
	fried_rice: 'addon_rice',
	vegetables: 'addon_vegetables'
};

/** The drawing of a menu item (240 × 240), or a plain plate for an item that is new on the menu. */
export function dishPicture(code: string): string {
	const picture = (name: string) => pictures[`./images/dishes/${name}.svg`];
	return picture(drawnAs[code] ?? code) ?? picture('plate') ?? '';
}
