/** Response headers that hold for every page of both apps (OWASP secure headers). */
export function securityHeaders(url: URL): Record<string, string> {
	return {
		'x-content-type-options': 'nosniff',
		'x-frame-options': 'DENY',
		'referrer-policy': 'strict-origin-when-cross-origin',
		'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(self), usb=()',
		'cross-origin-opener-policy': 'same-origin',
		...(url.protocol === 'https:' && { 'strict-transport-security': 'max-age=63072000; includeSubDomains; preload' })
	};
}

/** Lets pages connect to the API and its WebSocket, and show its pictures; the address is known only at run time. */
export function withApiOrigin(policy: string, apiUrl: string): string {
	const { origin } = new URL(apiUrl);
	const sources = `${origin} ${origin.replace(/^http/, 'ws')}`;
	// Pictures come by signed links from the API's storage.
	const pictured = policy.replace(/img-src ([^;]*)/, (_, existing: string) => `img-src ${existing.trim()} ${origin}`);
	return /connect-src/.test(pictured)
		? pictured.replace(/connect-src ([^;]*)/, (_, existing: string) => `connect-src ${existing.trim()} ${sources}`)
		: `${pictured}; connect-src 'self' ${sources}`;
}
