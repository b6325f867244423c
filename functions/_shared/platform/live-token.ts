/** A token is asked for again this long before it ends: longer than the 25 s between two heartbeats. */
const marginMs = 60_000;
/** Nobody signed in is remembered this long. */
const absentMs = 60_000;

/** Asks for the person's token once for all channels, and again only when it is about to end. */
export class TokenSource {
	readonly #ask: () => Promise<string | null>;
	#asking: Promise<string | null> | undefined;
	#token: string | null = null;
	#goodUntil = 0;

	constructor(ask: () => Promise<string | null>) {
		this.#ask = ask;
	}

	/** Errors: those of the callback. */
	get(): Promise<string | null> {
		if (Date.now() < this.#goodUntil) return Promise.resolve(this.#token);
		this.#asking ??= this.#fetch().finally(() => (this.#asking = undefined));
		return this.#asking;
	}

	/** The server refused the token: the next `get` asks anew. */
	expire(): void {
		this.#goodUntil = 0;
	}

	async #fetch(): Promise<string | null> {
		this.#token = await this.#ask();
		this.#goodUntil = this.#token ? expiryMs(this.#token) - marginMs : Date.now() + absentMs;
		return this.#token;
	}
}

/** When a JWT ends, in ms since 1970; 0 for what can't be read, which is then never kept. */
export function expiryMs(token: string): number {
	try {
		const body = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
		const claims: unknown = JSON.parse(atob(body));
		const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : 0;
		return typeof exp === 'number' ? exp * 1000 : 0;
	} catch {
		return 0;
	}
}
