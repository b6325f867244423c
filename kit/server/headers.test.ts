import { describe, expect, it } from 'vitest';
import { securityHeaders, withApiOrigin } from './headers.ts';

describe('securityHeaders', () => {
	it('asks for HTTPS only where the page came by HTTPS', () => {
		expect(securityHeaders(new URL('https://myhibachi.test/'))['strict-transport-security']).toContain(
			'max-age=63072000'
		);
		expect(securityHeaders(new URL('http://127.0.0.1:5173/'))).not.toHaveProperty('strict-transport-security');
	});
	it('forbids framing and sniffing', () => {
		expect(securityHeaders(new URL('http://127.0.0.1/'))).toMatchObject({
			'x-frame-options': 'DENY',
			'x-content-type-options': 'nosniff'
		});
	});
});

describe('withApiOrigin', () => {
	it('adds the API and its WebSocket to an existing connect-src, its pictures to img-src, and leaves the rest alone', () => {
		expect(withApiOrigin("default-src 'self'; connect-src 'self'; img-src 'self'", 'https://api.test/x')).toBe(
			"default-src 'self'; connect-src 'self' https://api.test wss://api.test; img-src 'self' https://api.test"
		);
	});
	it('adds the directive where there is none', () => {
		expect(withApiOrigin("default-src 'self'", 'http://127.0.0.1:54321')).toBe(
			"default-src 'self'; connect-src 'self' http://127.0.0.1:54321 ws://127.0.0.1:54321"
		);
	});
});
