/**
 * What the simulated account holds, kept as a journal: one line per change, so that a killed stack loses nothing that was
 * answered. A line that was cut off is the last one, and is left out.
 */
import {
	appendFileSync,
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import type Stripe from 'stripe';

/** An answer kept for its idempotency key. */
export interface KeptReply {
	id: string;
	/** Method, path and body of the request that made it. */
	request: string;
	status: number;
	body: unknown;
	created: number;
}

/** An event on its way to the webhook endpoint. Times in ms. */
export interface Delivery {
	/** The event's id; copies add their number. */
	id: string;
	event_id: string;
	attempts: number;
	state: 'waiting' | 'delivered' | 'given_up';
	due_at: number;
	/** HTTP status of the last answer, or why there was none. */
	last_answer: string | null;
}

/** What a session is for, apart from what the API shows of it. */
export interface SessionDraft {
	id: string;
	lines: { name: string; amount: number; quantity: number }[];
	/** Goes to the payment intent, which is made at the first attempt to pay. */
	description: string | null;
	metadata: Record<string, string>;
}

export interface Tables {
	sessions: Stripe.Checkout.Session;
	drafts: SessionDraft;
	intents: Stripe.PaymentIntent;
	charges: Stripe.Charge;
	refunds: Stripe.Refund;
	disputes: Stripe.Dispute;
	customers: Stripe.Customer;
	transactions: Stripe.BalanceTransaction;
	events: Stripe.Event;
	replies: KeptReply;
	deliveries: Delivery;
}
export type TableName = keyof Tables;

const names: readonly TableName[] = [
	'sessions',
	'drafts',
	'intents',
	'charges',
	'refunds',
	'disputes',
	'customers',
	'transactions',
	'events',
	'replies',
	'deliveries'
];

export class StripeStore {
	readonly #tables = new Map<TableName, Map<string, { id: string }>>(names.map((name) => [name, new Map()]));
	/** The open journal. */
	#journal: number | null = null;

	/** In memory only where no folder is given. */
	constructor(folder: string | null) {
		if (!folder) return;
		const file = join(folder, 'stripe.jsonl');
		mkdirSync(folder, { recursive: true });
		if (existsSync(file)) this.#read(file);
		this.#journal = openSync(file, 'a');
	}

	get<Name extends TableName>(name: Name, id: string): Tables[Name] | undefined {
		return this.#table(name).get(id);
	}

	/** Oldest first. */
	all<Name extends TableName>(name: Name): Tables[Name][] {
		return [...this.#table(name).values()];
	}

	/** Adds, or replaces in its place. On disk when it returns. */
	put<Name extends TableName>(name: Name, row: Tables[Name]): Tables[Name] {
		this.#table(name).set(row.id, row);
		if (this.#journal !== null) appendFileSync(this.#journal, `${JSON.stringify([name, row])}\n`);
		return row;
	}

	/** Changes some of a row; answers the new one. */
	change<Name extends TableName>(name: Name, id: string, changes: Partial<Tables[Name]>): Tables[Name] {
		const row = this.get(name, id);
		if (!row) throw new Error(`The simulated account has no ${name} ${id}.`);
		return this.put(name, { ...row, ...changes });
	}

	/** Nothing is kept afterwards. */
	close(): void {
		if (this.#journal !== null) closeSync(this.#journal);
		this.#journal = null;
	}

	#table<Name extends TableName>(name: Name): Map<string, Tables[Name]> {
		return this.#tables.get(name) as Map<string, Tables[Name]>;
	}

	/** Reads the journal and writes it anew with the last state of each row. */
	#read(file: string): void {
		for (const line of readFileSync(file, 'utf8').split('\n')) {
			try {
				const [name, row] = JSON.parse(line) as [TableName, { id: string }];
				this.#tables.get(name)?.set(row.id, row);
			} catch {
				continue;
			}
		}
		const lines = names.flatMap((name) => this.all(name).map((row) => `${JSON.stringify([name, row])}\n`));
		writeFileSync(`${file}.new`, lines.join(''));
		renameSync(`${file}.new`, file);
	}
}
