import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientAddress } from './http.ts';

const request = (remoteAddress: string, forwarded?: string) =>
	({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

test('an app server on this machine passes the visitor on', () => {
	expect(clientAddress(request('127.0.0.1', '203.0.113.7'))).toBe('203.0.113.7');
	expect(clientAddress(request('::ffff:127.0.0.1', '2001:db8::1'))).toBe('2001:db8::1');
});

test('of several forwarded addresses the one counts that the nearest server wrote', () => {
	expect(clientAddress(request('127.0.0.1', '198.51.100.1, 203.0.113.7'))).toBe('203.0.113.7');
});

test('what another machine claims, and what is no address, is not believed', () => {
	expect(clientAddress(request('192.0.2.9', '203.0.113.7'))).toBe('192.0.2.9');
	expect(clientAddress(request('127.0.0.1', `1'; drop table bookings`))).toBe('127.0.0.1');
	expect(clientAddress(request('127.0.0.1'))).toBe('127.0.0.1');
});
