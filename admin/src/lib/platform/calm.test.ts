import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { calm } from './calm.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('acts at once, and once more after a burst', () => {
	const act = vi.fn();
	const call = calm(act, 1000);
	for (let n = 0; n < 300; n += 1) call();
	expect(act).toHaveBeenCalledTimes(1);
	vi.advanceTimersByTime(1000);
	expect(act).toHaveBeenCalledTimes(2);
	vi.advanceTimersByTime(5000);
	expect(act).toHaveBeenCalledTimes(2);
	call();
	expect(act).toHaveBeenCalledTimes(3);
});
