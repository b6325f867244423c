import { beforeEach, expect, test, vi } from 'vitest';
import { turnsTaken } from './turns.ts';
import { whenItsTurn } from './waking.ts';

/** As much of a page as waking needs: parts in parts, what reaches the window, and what comes into sight. */
class Part {
	constructor(readonly parent: Part | null = null) {}
	contains(other: Part | null): boolean {
		return other === this || (other !== null && this.contains(other.parent));
	}
}
let heard: Map<string, Set<(event: { target: Part }) => void>>;
let seen: (part: Part) => void;

beforeEach(() => {
	heard = new Map();
	vi.stubGlobal('addEventListener', (type: string, listener: () => void, options?: { signal?: AbortSignal }) => {
		const listeners = heard.get(type) ?? new Set();
		heard.set(type, listeners.add(listener));
		options?.signal?.addEventListener('abort', () => listeners.delete(listener));
	});
	const observed = new Map<Part, (entries: { isIntersecting: boolean }[]) => void>();
	seen = (part) => observed.get(part)?.([{ isIntersecting: true }]);
	vi.stubGlobal(
		'IntersectionObserver',
		class {
			constructor(readonly callback: () => void) {}
			observe = (part: Part) => void observed.set(part, this.callback);
			disconnect = () => undefined;
		}
	);
	return () => vi.unstubAllGlobals();
});

const touch = (type: string, target: Part) => heard.get(type)?.forEach((listener) => listener({ target }));
const waits = (part: Part, wake: () => void, distant = false) =>
	whenItsTurn(part as unknown as Element, wake, { distant });

test('a part wakes in its turn, a distant one does not', async () => {
	const [near, far] = [vi.fn(), vi.fn()];
	waits(new Part(), near);
	waits(new Part(), far, true);
	expect(near).not.toHaveBeenCalled();
	await turnsTaken();
	expect(near).toHaveBeenCalledOnce();
	expect(far).not.toHaveBeenCalled();
});

test.each(['sight', 'use'])('a distant part wakes in its turn by %s, once', async (by) => {
	const [part, wake] = [new Part(), vi.fn()];
	waits(part, wake, true);
	if (by === 'sight') seen(part);
	touch('scroll', new Part());
	expect(wake).not.toHaveBeenCalled();
	await turnsTaken();
	expect(wake).toHaveBeenCalledOnce();
});

test('what is touched wakes at once, from the outermost part to the innermost, and nothing beside it', () => {
	const outer = new Part();
	const [inner, beside] = [new Part(outer), new Part()];
	const woken: string[] = [];
	waits(beside, () => woken.push('beside'), true);
	waits(
		outer,
		() => {
			woken.push('outer');
			waits(inner, () => woken.push('inner'));
		},
		true
	);
	touch('click', inner);
	expect(woken).toEqual(['outer', 'inner']);
});

test('a wait that was ended wakes nothing', async () => {
	const [part, wake] = [new Part(), vi.fn()];
	const end = waits(part, wake, true);
	end();
	touch('click', part);
	touch('scroll', part);
	seen(part);
	await turnsTaken();
	expect(wake).not.toHaveBeenCalled();
});
