import { flushSync } from 'svelte';
import { whenInUse } from './in-use.ts';
import { inTurn } from './turns.ts';

/** Parts that wait, each before those inside it. */
const waiting = new Map<Node, () => void>();
const touches = ['pointerdown', 'click', 'keydown', 'focusin', 'input', 'change', 'submit'] as const;

/**
 * Calls `wake` for a part of the page in its turn. A distant part has its turn when it comes into sight or the page is in use.
 * Whatever touches a part that still waits wakes it first, and those around it before, so that no touch goes unanswered.
 * Returns a function that ends the wait.
 */
export function whenItsTurn(part: Element, wake: () => void, { distant }: { distant: boolean }): () => void {
	const run = () => {
		if (waiting.delete(part)) wake();
	};
	waiting.set(part, run);
	for (const touch of touches) addEventListener(touch, wakeTouched, { capture: true });
	let endWait: (() => void) | undefined;
	if (distant) endWait = whenWanted(part, () => inTurn(run));
	else inTurn(run);
	return () => {
		waiting.delete(part);
		endWait?.();
	};
}

function wakeTouched({ target }: Event): void {
	for (const [part, run] of waiting) {
		if (!part.contains(target as Node | null)) continue;
		run();
		flushSync(); // what is inside it waits from now on, and comes next
	}
}

function whenWanted(part: Element, start: () => void): () => void {
	const sight = new IntersectionObserver((entries) => {
		if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
		end();
		start();
	});
	sight.observe(part);
	const endUse = whenInUse(() => {
		sight.disconnect();
		start();
		return () => undefined;
	});
	const end = () => {
		sight.disconnect();
		endUse();
	};
	return end;
}
