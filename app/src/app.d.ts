import type { Locals as KitLocals } from '#kit/server/handle.ts';

declare global {
	namespace App {
		interface Locals extends KitLocals {}
		interface Error {
			message: string;
			/** A code of docs/error_codes.md, `NOT_FOUND` or `UNEXPECTED`. */
			code?: string;
			/** What to quote when asking for help; the same id is in the server's log. */
			requestId?: string;
		}
	}
}
export {};
