import type { MenuItem } from '#shared/catalog/schema.ts';

/** The codes of the upgrades: each takes one of a guest's two places for proteins. */
export function upgradeCodes(menu: MenuItem[]): Set<string> {
	return new Set(menu.filter(({ kind }) => kind === 'upgrade').map(({ code }) => code));
}

/** What can be ordered beyond the two included proteins. */
export function orderCodes(menu: MenuItem[]): string[] {
	return menu.filter(({ kind }) => kind === 'upgrade' || kind === 'addon').map(({ code }) => code);
}

/** Names of what is on the menu, by code. */
export function namesByCode(menu: MenuItem[]): Map<string, string> {
	return new Map(menu.map(({ code, name }) => [code, name]));
}

/** How the booking form calls the count of a menu item. */
export function pathOf({ kind, code }: MenuItem): string {
	return `${kind === 'protein' ? 'proteins' : 'items'}.${code}`;
}
