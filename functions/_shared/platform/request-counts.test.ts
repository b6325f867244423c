import { describe, expect, it } from 'vitest';
import { bucketEnds, RequestCounts } from './request-counts.ts';

describe('the counts of a process', () => {
	it('put each request into the first bucket that holds it', () => {
		const counts = new RequestCounts();
		for (const ms of [1, 5, 5.1, 500, 501, 9000]) counts.add(ms, 200, 'ana', 0);
		const { buckets } = counts.take(0);
		expect(buckets).toHaveLength(13);
		expect(buckets[0]).toBe(2);
		expect(buckets[1]).toBe(1);
		expect(buckets[bucketEnds.indexOf(500)]).toBe(1);
		expect(buckets[bucketEnds.indexOf(500) + 1]).toBe(1);
		expect(buckets[12]).toBe(1);
	});
	it('count refusals of ours as errors, and those of the visitor not', () => {
		const counts = new RequestCounts();
		for (const status of [200, 303, 404, 500, 503]) counts.add(1, status, 'ana', 0);
		expect(counts.take(0).errors).toBe(2);
	});
	it('start anew after each report, while people stay online for five minutes', () => {
		const counts = new RequestCounts();
		counts.add(1, 200, 'ana', 0);
		counts.add(1, 200, 'ana', 1000);
		counts.add(1, 200, 'ben', 200_000);
		expect(counts.take(200_000)).toMatchObject({ people: 2 });
		expect(counts.take(400_000)).toMatchObject({ people: 1, buckets: new Array(13).fill(0) });
	});
	it('count no person where none is named', () => {
		const counts = new RequestCounts();
		counts.add(1, 200, null, 0);
		expect(counts.take(0).people).toBe(0);
	});
});
