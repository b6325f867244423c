import { expect, it } from 'vitest';
import { stackUnderTest } from '../api.ts';
import { isParallel } from './race.ts';
import { promoRace, promoRaceWithoutLock } from './promo-race.ts';

const stack = stackUnderTest();
const rounds = Number(process.env.TEST_RACE_ROUNDS ?? 5);

it.each([
	[2, 1],
	[12, 3]
])('of %d people who use a code with %d uses left at once exactly that many get it', async (callers, uses) => {
	const played = await promoRace({ stack, rounds, callers, uses });
	expect(played).toHaveLength(rounds);
	for (const round of played) {
		expect(round).toEqual({ booked: uses, usedUp: callers - uses, other: 0, counted: uses });
	}
});

// PGlite answers one caller after the other, so there nothing can go wrong; native PostgreSQL is where it must.
it.runIf(await isParallel(stack))('the control: without the lock the same race gives a use away twice', async () => {
	const played = await promoRaceWithoutLock({ stack, rounds: 3, callers: 12, uses: 1 });
	expect(Math.max(...played.map(({ booked }) => booked))).toBeGreaterThan(1);
});
