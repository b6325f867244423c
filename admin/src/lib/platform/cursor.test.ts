import { describe, expect, it } from 'vitest';
import { after, decodeCursor, encodeCursor } from './cursor.ts';

const id = '019a9d2e-7c11-7f00-8000-000000000001';
const value = '2026-12-12T18:00:00+00:00';

describe('a cursor', () => {
	it('reads back what was written', () => {
		expect(decodeCursor(encodeCursor({ value, id }))).toEqual({ value, id });
	});
	it.each([null, '', 'x', `${value}~not-an-id`, `a",b.eq.c~${id}`, `a),or(x~${id}`])(
		'that was made by hand is none: %s',
		(text) => {
			expect(decodeCursor(text)).toBeNull();
		}
	);
	it('asks for what lies beyond it in the order of the list', () => {
		expect(after('event_at', { value, id }, true)).toBe(
			`event_at.gt."${value}",and(event_at.eq."${value}",id.gt.${id})`
		);
		expect(after('event_at', { value, id }, false)).toContain('event_at.lt.');
	});
});
