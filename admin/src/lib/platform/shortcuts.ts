import type { NavItem } from './navigation.ts';

/** What a key press asks for. */
export type Command =
	| { do: 'palette' }
	| { do: 'help' }
	| { do: 'search' }
	| { do: 'go'; href: string }
	/** The first key of a pair: wait for the second. */
	| { do: 'wait' };

export interface Press {
	key: string;
	ctrlKey: boolean;
	metaKey: boolean;
	altKey: boolean;
	/** The focus is where a person types. */
	typing: boolean;
}

/**
 * Reads a key press. Only the palette's own key works while typing; nothing uses Alt, which belongs to the browser and to
 * screen readers. `afterG` tells that the press before was `g`.
 */
export function commandOf(press: Press, items: readonly NavItem[], afterG: boolean, enabled: boolean): Command | null {
	const { key, ctrlKey, metaKey, altKey, typing } = press;
	if (altKey) return null;
	if (ctrlKey || metaKey) return key.toLowerCase() === 'k' ? { do: 'palette' } : null;
	if (typing || !enabled) return null;
	if (afterG) {
		const item = items.find((candidate) => candidate.key === key.toLowerCase());
		return item ? { do: 'go', href: item.href } : null;
	}
	if (key === 'g') return { do: 'wait' };
	if (key === '?') return { do: 'help' };
	if (key === '/') return { do: 'search' };
	return null;
}

/** Whether letters that are pressed there are text. */
export function isTyping(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
	);
}
