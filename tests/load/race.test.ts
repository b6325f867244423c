import { expect, it } from 'vitest';
import { stackUnderTest } from '../api.ts';
import { isParallel, race, raceWithoutConstraint } from './race.ts';

const stack = stackUnderTest();
const rounds = Number(process.env.TEST_RACE_ROUNDS ?? 5);

it.each([1, 3])(
	'of 50 parallel bookings for a slot that %d chefs can serve exactly that many succeed, every time',
	async (capacity) => {
		const result = await race({ stack, rounds, callers: 50, capacity });
		expect(result.rounds).toHaveLength(rounds);
		for (const round of result.rounds) {
			expect(round).toMatchObject({
				booked: capacity,
				unavailable: 50 - capacity,
				other: 0,
				withAlternatives: 50 - capacity,
				withLead: 50 - capacity
			});
		}
	}
);

// PGlite answers one caller after the other, so there nothing can go wrong; native PostgreSQL is where it must.
it.runIf(await isParallel(stack))('the control: without the constraint the same race books a chef twice', async () => {
	const result = await raceWithoutConstraint({ stack, rounds: 3, callers: 50, capacity: 1 });
	expect(Math.max(...result.rounds.map(({ booked }) => booked))).toBeGreaterThan(1);
});
