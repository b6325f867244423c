import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whenInUse } from './in-use.ts';

let page: EventTarget;
beforeEach(() => {
	vi.useFakeTimers();
	page = new EventTarget();
	vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test('nothing starts while the page only stands there', () => {
	const start = vi.fn(() => () => {});
	whenInUse(start);
	vi.advanceTimersByTime(7999);
	expect(start).not.toHaveBeenCalled();
});

test('the first touch starts it, later ones do not start it again', () => {
	const start = vi.fn(() => () => {});
	whenInUse(start);
	page.dispatchEvent(new Event('pointerdown'));
	page.dispatchEvent(new Event('keydown'));
	vi.advanceTimersByTime(60_000);
	expect(start).toHaveBeenCalledTimes(1);
});

test('a page that nobody touches starts it after eight seconds', () => {
	const start = vi.fn(() => () => {});
	whenInUse(start);
	vi.advanceTimersByTime(8000);
	expect(start).toHaveBeenCalledTimes(1);
});

test('ending before it started means that it never does', () => {
	const start = vi.fn(() => () => {});
	whenInUse(start)();
	page.dispatchEvent(new Event('pointerdown'));
	vi.advanceTimersByTime(60_000);
	expect(start).not.toHaveBeenCalled();
});

test('ending afterwards ends what was started', () => {
	const stop = vi.fn();
	const end = whenInUse(() => stop);
	page.dispatchEvent(new Event('input'));
	end();
	expect(stop).toHaveBeenCalledTimes(1);
});
