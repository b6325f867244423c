import type { MenuItem } from '#shared/catalog/schema.ts';

/** The codes that fill a guest's two places for proteins: the included ones and the upgrades. */
export function proteinCodes(menu: MenuItem[]): Set<string> {
	return new Set(menu.filter(({ kind }) => kind === 'protein' || kind === 'upgrade').map(orderCode));
}

/** The code by which a menu item is ordered: that of its price where it has one, else its own. */
export function orderCode(item: MenuItem): string {
	return item.price_code ?? item.code;
}
