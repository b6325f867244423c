/** Light, dark, or as the system has it. The choice is kept in a cookie, so that the server writes it into the page. */
export type Theme = 'system' | 'light' | 'dark';

const order: Theme[] = ['system', 'light', 'dark'];

/** A stored value as a theme; anything unknown is `system`. */
export function asTheme(stored: string | null | undefined): Theme {
	return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function nextTheme(theme: Theme): Theme {
	return order[(order.indexOf(theme) + 1) % order.length] ?? 'system';
}

/** Puts the theme on the page and remembers it. */
export function applyTheme(theme: Theme): void {
	const root = document.documentElement;
	if (theme === 'system') delete root.dataset.theme;
	else root.dataset.theme = theme;
	document.cookie = `theme=${theme}; path=/; samesite=lax; max-age=${theme === 'system' ? 0 : 31536000}`;
}

/** A page's HTML in the theme that the visitor chose: right at its first paint, without a script that asks the browser's storage. */
export function inTheme(html: string, chosen: string | undefined): string {
	const theme = asTheme(chosen);
	return theme === 'system' ? html : html.replace('<html ', `<html data-theme="${theme}" `);
}
