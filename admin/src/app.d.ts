import type { Access } from '#admin/identity/access.ts';
import type { Visitor } from '#admin/identity/visitor.server.ts';
import type { Locals as SharedLocals } from '#kit/server/handle.ts';

declare global {
	namespace App {
		interface Error {
			code?: string;
			requestId?: string;
		}
		interface Locals extends SharedLocals {
			/** Who asks and what they may do; null when nobody is signed in. Asked once per request. */
			visitor: () => Promise<Visitor | null>;
		}
		interface PageData {
			access?: Access;
		}
	}
}

export {};
