import { connection } from './connection.svelte.ts';
import type { Change, LiveList } from './live-list.svelte.ts';
import type { LiveRow } from './live-merge.ts';

/**
 * Keeps a list live for as long as the component is there: messages name rows, a rejoin catches up. `changeIn` finds the row in
 * a message that names it in another way, or null where it is about none.
 */
export function followList<Row extends LiveRow, Message = Change>(
	list: LiveList<Row>,
	event: string,
	topics: () => readonly string[],
	changeIn: (message: Message) => Change | null = (message) => message as unknown as Change
): void {
	const receive = (message: Message) => {
		const change = changeIn(message);
		if (change) void list.receive(change);
	};
	follow(topics, { [event]: receive }, () => list.catchUp());
	$effect(() => () => list.close());
}

/** Calls back when one of the events comes, and once after each join, for what is small enough to be read whole. */
export function followEvents(
	topics: () => readonly string[],
	events: readonly string[],
	onChange: () => unknown
): void {
	follow(topics, Object.fromEntries(events.map((event) => [event, onChange])), onChange);
}

/** Joins anew only when other topics are meant, not each time that the page's data were loaded. */
function follow(
	topics: () => readonly string[],
	handlers: Record<string, (payload: never) => unknown>,
	onCatchUp: () => unknown
): void {
	const names = $derived(topics().join(' '));
	$effect(() => connection.follow(names.split(' ').filter(Boolean), handlers, onCatchUp));
}
