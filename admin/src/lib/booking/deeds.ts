import type { AssignmentStatus } from '#shared/booking/answers.ts';

/** What can be said of an assignment, in the order of the day. */
export const deeds = ['accept', 'decline', 'on_my_way', 'arrived', 'done'] as const;
export type ChefDeed = (typeof deeds)[number];

/** As far as a chef's buttons need to know an event. */
export interface Progress {
	status: 'pending' | 'confirmed' | 'completed' | 'cancelled';
	event_at: string;
	assignment: AssignmentStatus;
	answered_at: string | null;
	on_my_way_at: string | null;
	arrived_at: string | null;
	done_at: string | null;
}

const hourMs = 3_600_000;
/** Before that the database refuses "on my way". */
const dayOfMs = 12 * hourMs;
const undoMs = 10 * 60_000;

export const deedLabels: Record<ChefDeed, string> = {
	accept: 'Accept',
	decline: 'Decline',
	on_my_way: 'On my way',
	arrived: 'I am here',
	done: 'Done'
};

/** What is said once it is done. */
export const deedSentences: Record<ChefDeed, string> = {
	accept: 'Accepted.',
	decline: 'Declined. The office looks for another chef.',
	on_my_way: 'On the way. The customer sees it.',
	arrived: 'Arrived.',
	done: 'Done. The booking is completed.'
};

/** The one thing to say next; null where the day has not come or all is said. */
export function nextDeed(event: Progress, now: number): ChefDeed | null {
	if (event.status !== 'pending' && event.status !== 'confirmed') return null;
	if (event.assignment !== 'accepted') return 'accept';
	const until = Date.parse(event.event_at) - now;
	if (event.status !== 'confirmed' || until > dayOfMs) return null;
	if (!event.on_my_way_at) return 'on_my_way';
	if (!event.arrived_at) return 'arrived';
	return until <= 0 ? 'done' : null;
}

/** Whether the event can still be given back. */
export function mayDecline(event: Progress): boolean {
	const open = event.status === 'pending' || event.status === 'confirmed';
	return open && event.assignment !== 'declined' && !event.on_my_way_at;
}

/** The last deed, while it can be taken back. */
export function undoableDeed(event: Progress, now: number): ChefDeed | null {
	const done: [ChefDeed, string | null][] = [
		['done', event.done_at],
		['arrived', event.arrived_at],
		['on_my_way', event.on_my_way_at],
		[event.assignment === 'declined' ? 'decline' : 'accept', event.answered_at]
	];
	const [deed, at] = done.find(([, moment]) => moment !== null) ?? [];
	return deed && at && now - Date.parse(at) < undoMs ? deed : null;
}

/** Where the chef is, in words; null before there is anything to say. */
export function stageOf(
	event: Pick<Progress, 'assignment' | 'on_my_way_at' | 'arrived_at' | 'done_at'>
): { tone: 'danger' | 'info' | 'success'; label: string } | null {
	if (event.assignment === 'declined') return { tone: 'danger', label: 'Declined, needs a chef' };
	if (event.done_at) return { tone: 'success', label: 'Done' };
	if (event.arrived_at) return { tone: 'info', label: 'Chef is there' };
	if (event.on_my_way_at) return { tone: 'info', label: 'Chef on the way' };
	return null;
}
