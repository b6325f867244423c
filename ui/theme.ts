/** Light, dark, or as the system has it. The choice is kept in the browser; app.html applies it before the first paint. */
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
	try {
		if (theme === 'system') localStorage.removeItem('theme');
		else localStorage.setItem('theme', theme);
	} catch {
		// Storage may be refused; the choice then lasts for this page.
	}
}
