import { describe, expect, it } from 'vitest';
import { mayDecline, nextDeed, stageOf, undoableDeed, type Progress } from './deeds.ts';

const start = Date.parse('2026-12-13T02:00:00Z');
const hour = 3_600_000;
const event = (over: Partial<Progress> = {}): Progress => ({
	status: 'confirmed',
	event_at: new Date(start).toISOString(),
	assignment: 'accepted',
	answered_at: '2026-12-01T00:00:00Z',
	on_my_way_at: null,
	arrived_at: null,
	done_at: null,
	...over
});
const at = (ms: number) => new Date(ms).toISOString();

describe('what a chef says next', () => {
	it.each([
		['an offer is accepted first', event({ assignment: 'offered', answered_at: null }), -hour, 'accept'],
		['a refusal can be thought over', event({ assignment: 'declined' }), -hour, 'accept'],
		['nothing until the day', event(), -13 * hour, null],
		['then the way', event(), -2 * hour, 'on_my_way'],
		['then the arrival', event({ on_my_way_at: at(start - hour) }), -hour / 2, 'arrived'],
		['not done before it began', event({ on_my_way_at: at(start), arrived_at: at(start) }), -1, null],
		['done after it began', event({ on_my_way_at: at(start), arrived_at: at(start) }), 0, 'done'],
		['nothing on the way to a dinner that is not confirmed', event({ status: 'pending' }), -hour, null],
		['nothing when it is over', event({ status: 'completed' }), hour, null]
	] as const)('%s', (_, progress, from, deed) => expect(nextDeed(progress, start + from)).toBe(deed));

	it('an event can be given back until the chef set out', () => {
		expect(mayDecline(event())).toBe(true);
		expect(mayDecline(event({ on_my_way_at: at(start) }))).toBe(false);
		expect(mayDecline(event({ assignment: 'declined' }))).toBe(false);
	});
});

describe('taking back', () => {
	it('is for the last deed, for ten minutes', () => {
		const progress = event({ on_my_way_at: at(start), arrived_at: at(start + hour) });
		expect(undoableDeed(progress, start + hour + 9 * 60_000)).toBe('arrived');
		expect(undoableDeed(progress, start + hour + 10 * 60_000)).toBeNull();
		expect(undoableDeed(event({ assignment: 'offered', answered_at: null }), start)).toBeNull();
		expect(undoableDeed(event({ assignment: 'declined', answered_at: at(start) }), start)).toBe('decline');
	});
});

it('the office reads in words where the chef is', () => {
	expect(stageOf(event())).toBeNull();
	expect(stageOf(event({ assignment: 'declined' }))?.label).toBe('Declined, needs a chef');
	expect(stageOf(event({ on_my_way_at: at(start) }))?.label).toBe('Chef on the way');
});
