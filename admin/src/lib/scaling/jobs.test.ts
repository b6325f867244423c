import { describe, expect, it } from 'vitest';
import { queueName, span, workerState } from './jobs.ts';

describe('the jobs page', () => {
	it('says that the worker is silent from the threshold on', () => {
		expect(workerState(104, 105)).toBe('working');
		expect(workerState(105, 105)).toBe('silent');
		expect(workerState(null, 105)).toBe('never');
	});
	it('tells spans in their largest unit', () => {
		expect([40, 89, 720, 10_800, 200_000].map(span)).toEqual(['40 s', '89 s', '12 min', '3 h', '2 days']);
	});
	it('names queues in words', () => {
		expect(queueName('booking-notify')).toBe('Booking notify');
	});
});
