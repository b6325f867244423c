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

/** Lets pages connect to the API and its WebSocket, whose address is known only at run time. */
export function withApiOrigin(policy: string, apiUrl: string): string {
	const { origin } = new URL(apiUrl);
	const sources = `${origin} ${origin.replace(/^http/, 'ws')}`;
	return /connect-src/.test(policy)
		? policy.replace(/connect-src ([^;]*)/, (_, existing: string) => `connect-src ${existing.trim()} ${sources}`)
		: `${policy}; connect-src 'self' ${sources}`;
}
