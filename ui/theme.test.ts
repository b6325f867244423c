import { expect, test } from 'vitest';
import { asTheme, nextTheme } from './theme.ts';

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
