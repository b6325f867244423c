/** What a job is. Each capability lists its own in `<capability>.ts`; index.ts works them all. */
import type Stripe from 'stripe';
import type { z } from 'zod';
import type { Mail } from '../functions/_shared/platform/mail/layout.ts';
import type { WhatsAppSettings } from '../functions/_shared/platform/whatsapp.ts';
import type { JobsDatabase } from './database.ts';
import type { FileStore } from './storage.ts';

export interface JobContext {
	db: JobsDatabase;
	/** Resolves when the mail server has taken the mail; rejects otherwise, and the job is tried again. */
	send(mail: OutgoingMail): Promise<void>;
	/** Storage, with the secret key. */
	files: FileStore;
	/** The customer site. */
	appUrl: string;
	adminUrl: string;
	/** Null where no WhatsApp account is set up. */
	whatsapp: WhatsAppSettings | null;
	/** The card provider; null where no key is set. */
	stripe: Stripe | null;
	/** This worker, for the heartbeat. */
	worker: string;
	log: (line: string) => void;
}

export interface OutgoingMail extends Mail {
	to: string[];
	/** The same for the same deed: a mail that is sent again by accident shows once. */
	messageKey: string;
	/** The event, so that it is in the reader's calendar: an iCalendar file. */
	calendar?: string;
	attachments?: { filename: string; contentType: string; content: Buffer }[];
}

export interface Job<Payload> {
	/** The queue's name; a migration makes it (private.create_job_queue). */
	queue: string;
	/** Parses the payload and its version `v`. An unknown version fails, and waits for a worker that knows it. */
	payload: z.ZodType<Payload>;
	/**
	 * Does the work, or finds it moot. May run more than once and must then do nothing new. Answers what it did, in a few words
	 * without personal data, for the log; null for what is not worth a line. Throws to be tried again.
	 */
	run(payload: Payload, context: JobContext): Promise<string | null>;
}

/** A job whose payload's type is known to itself only. */
export interface AnyJob {
	queue: string;
	run(payload: unknown, context: JobContext): Promise<string | null>;
}

/** Puts the parser before the handler. */
export function defineJob<Payload>({ queue, payload, run }: Job<Payload>): AnyJob {
	return { queue, run: async (given, context) => run(payload.parse(given), context) };
}
