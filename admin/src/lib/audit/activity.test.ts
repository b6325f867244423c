import { describe, expect, it } from 'vitest';
import { activityOf, type ActivityEntry } from './activity.ts';

const entry = (over: Partial<ActivityEntry>): ActivityEntry => ({
	id: 'e',
	occurred_at: '2026-12-01T00:00:00Z',
	actor: 'user:u',
	actor_id: 'u',
	actor_roles: ['chef'],
	name: 'Kenji Mori',
	action: 'update',
	table_name: 'bookings',
	row_id: 'b',
	subject: 'MH-7K3Q2',
	changes: {},
	...over
});
const said = (over: Partial<ActivityEntry>) => {
	const { who, what } = activityOf(entry(over), 'America/Los_Angeles');
	return `${who} ${what}`;
};
const to = (value: unknown) => ({ old: null, new: value });

describe('what happened, in a sentence', () => {
	it.each([
		[{ action: 'insert', actor: 'anonymous', actor_id: null, name: null }, 'Website booked MH-7K3Q2'],
		[{ changes: { status: to('confirmed') } }, 'Kenji Mori set MH-7K3Q2 to confirmed'],
		[{ changes: { status: to('cancelled'), cancel_reason: to('Rain') } }, 'Kenji Mori cancelled MH-7K3Q2'],
		[{ changes: { event_at: to('2026-12-13T02:00:00Z') } }, 'Kenji Mori moved MH-7K3Q2 to Dec 12, 2026, 6:00 PM'],
		[{ changes: { notes: to('x') } }, 'Kenji Mori changed booking MH-7K3Q2'],
		[
			{
				table_name: 'booking_assignments',
				changes: { status: to('declined'), decline_reason: to('My car broke down.') }
			},
			'Kenji Mori declined MH-7K3Q2: My car broke down.'
		],
		[
			{ table_name: 'booking_assignments', changes: { on_my_way_at: to('2026-12-13T00:00:00Z') } },
			'Kenji Mori is on the way to MH-7K3Q2'
		],
		[
			{ table_name: 'leads', subject: 'Ann', changes: { status: to('contacted') } },
			'Kenji Mori set the lead of Ann to contacted'
		],
		[{ table_name: 'chef_exceptions', subject: null, action: 'insert' }, 'Kenji Mori added a chef’s day']
	] as [Partial<ActivityEntry>, string][])('%j', (over, sentence) => expect(said(over)).toBe(sentence));

	it('leads to the booking, also from its assignment', () => {
		expect(activityOf(entry({ table_name: 'booking_assignments' }), 'UTC').href).toBe('/bookings/b');
	});
});
