import { expect, test, vi } from 'vitest';
import { inTurn, turnsTaken } from './turns.ts';

test('each has a task of its own, in the order in which they were asked for', async () => {
	const seen: string[] = [];
	for (const name of ['header', 'menu', 'footer']) {
		inTurn(() => {
			seen.push(name);
			queueMicrotask(() => seen.push(`after ${name}`));
		});
	}
	expect(seen).toEqual([]);
	await turnsTaken();
	expect(seen).toEqual(['header', 'after header', 'menu', 'after menu', 'footer', 'after footer']);
});

test('what asks for a turn in its own turn is waited for', async () => {
	const inner = vi.fn();
	inTurn(() => inTurn(inner));
	await turnsTaken();
	expect(inner).toHaveBeenCalledOnce();
});

test('one that fails is reported and holds up nobody', async () => {
	const report = vi.fn();
	vi.stubGlobal('reportError', report);
	const next = vi.fn();
	inTurn(() => {
		throw new Error('burnt');
	});
	inTurn(next);
	await turnsTaken();
	expect(report).toHaveBeenCalledWith(new Error('burnt'));
	expect(next).toHaveBeenCalledOnce();
	vi.unstubAllGlobals();
});
