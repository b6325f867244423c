import { expect, test } from 'vitest';
import { asTheme, inTheme, nextTheme } from './theme.ts';

test('the toggle goes round: system, light, dark, system', () => {
	expect(nextTheme('system')).toBe('light');
	expect(nextTheme('light')).toBe('dark');
	expect(nextTheme('dark')).toBe('system');
});

test('an unknown stored theme is the system theme', () => {
	expect(asTheme('purple')).toBe('system');
	expect(asTheme(null)).toBe('system');
	expect(asTheme('dark')).toBe('dark');
});

test('a page comes in the chosen theme; without one, or with a made-up one, it stays as it is', () => {
	const page = '<!doctype html>\n<html lang="en"><p><html lang="en"></p>';
	expect(inTheme(page, 'dark')).toBe('<!doctype html>\n<html data-theme="dark" lang="en"><p><html lang="en"></p>');
	expect(inTheme(page, undefined)).toBe(page);
	expect(inTheme(page, '"><script>')).toBe(page);
});
