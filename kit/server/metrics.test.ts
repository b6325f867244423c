import { describe, expect, it } from 'vitest';
import { memoryPercent } from './metrics.ts';

describe('what a server says of itself', () => {
	it('measure memory as a share', () => {
		expect(memoryPercent()).toBeGreaterThan(0);
		expect(memoryPercent()).toBeLessThanOrEqual(100);
	});
});
