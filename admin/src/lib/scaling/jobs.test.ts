import { describe, expect, it } from 'vitest';
import { queueName, span, workerDeadAfterSeconds, workerState } from './jobs.ts';

describe('the jobs page', () => {
	it('says that the worker is silent within two minutes of its last beat', () => {
		expect(workerDeadAfterSeconds).toBeLessThan(120);
		expect(workerState(60)).toBe('working');
		expect(workerState(workerDeadAfterSeconds + 1)).toBe('silent');
		expect(workerState(null)).toBe('never');
	});
	it('tells spans in their largest unit', () => {
		expect([40, 89, 720, 10_800, 200_000].map(span)).toEqual(['40 s', '89 s', '12 min', '3 h', '2 days']);
	});
	it('names queues in words', () => {
		expect(queueName('booking-notify')).toBe('Booking notify');
	});
});
