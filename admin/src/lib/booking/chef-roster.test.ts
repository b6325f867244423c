import { describe, expect, it } from 'vitest';
import { workingDays } from './chef-roster.ts';

const days = (...weekday: number[]) => workingDays(weekday.map((day) => ({ weekday: day })));

describe('workingDays', () => {
	it('joins three days in a row and more', () => {
		expect(days(3, 4, 5, 1)).toBe('Mon, Wed–Fri');
		expect(days(0, 1, 2, 3, 4, 5, 6)).toBe('Sun–Sat');
	});
	it('names single days, each once', () => {
		expect(days(6, 6, 5)).toBe('Fri, Sat');
	});
	it('is empty for who never works', () => {
		expect(days()).toBe('');
	});
});
