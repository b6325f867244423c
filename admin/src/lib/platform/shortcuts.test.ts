import { describe, expect, it } from 'vitest';
import { pages } from './navigation.ts';
import { commandOf, type Press } from './shortcuts.ts';

const press = (key: string, over: Partial<Press> = {}): Press => ({
	key,
	ctrlKey: false,
	metaKey: false,
	altKey: false,
	typing: false,
	...over
});
const items = [pages.bookings, pages.leads];

describe('a shortcut', () => {
	it('never fires while typing, but for the palette’s own', () => {
		for (const key of ['g', '?', '/']) expect(commandOf(press(key, { typing: true }), items, false, true)).toBeNull();
		expect(commandOf(press('k', { typing: true, ctrlKey: true }), items, false, true)).toEqual({ do: 'palette' });
	});
	it('uses no Alt and leaves the browser its own keys', () => {
		expect(commandOf(press('g', { altKey: true }), items, false, true)).toBeNull();
		expect(commandOf(press('l', { metaKey: true }), items, false, true)).toBeNull();
	});
	it('goes to a page by g and its letter, where the person may open it', () => {
		expect(commandOf(press('b'), items, true, true)).toEqual({ do: 'go', href: '/bookings' });
		expect(commandOf(press('f'), items, true, true)).toBeNull();
	});
	it('can be switched off', () => {
		expect(commandOf(press('?'), items, false, false)).toBeNull();
		expect(commandOf(press('K', { metaKey: true }), items, false, false)).toEqual({ do: 'palette' });
	});
});
