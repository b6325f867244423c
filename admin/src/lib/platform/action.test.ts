import { describe, expect, it, vi } from 'vitest';

vi.mock('$app/forms', () => ({ applyAction: vi.fn(), deserialize: vi.fn() }));
vi.mock('$app/navigation', () => ({ refreshAll: vi.fn() }));

const { actionHref } = await import('./action.ts');

describe('where a form is sent', () => {
	it('keeps what the address chooses, but no earlier action', () => {
		expect(actionHref('set', new URL('http://panel/pricing?code=adult&q=a%20b'))).toBe('?/set&code=adult&q=a+b');
		expect(actionHref('set', new URL('http://panel/pricing?/cancel&code=adult'))).toBe('?/set&code=adult');
		expect(actionHref('set', new URL('http://panel/pricing'))).toBe('?/set');
	});
});
