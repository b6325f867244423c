import { goto } from '$app/navigation';
import type { SubmitFunction } from '$app/forms';
import type { BookingValues, FieldMessages } from '#shared/booking/choices.ts';
import type { Slot } from '#shared/booking/schema.ts';
import { clearDraft, loadDraft, saveDraft } from './draft.ts';
import { FormState } from './form-state.svelte.ts';

/** What became of the last attempt to book, where it didn't become a booking. */
export interface Attempt {
	code: string | null;
	message: string | null;
	alternatives: Slot[];
}

/** What a failed post brings back to the page. */
interface Failed {
	values: BookingValues;
	key: string;
	fields: FieldMessages;
	code: string | null;
	message: string | null;
	alternatives: Slot[];
	priceSeen: string | null;
}

const retries = 2;
const retryAfterMs = 1500;
const saveAfterMs = 400;

/**
 * The booking form in the browser: checks as one leaves a field, keeps a draft, and sends so that neither a double click
 * nor a retry can book twice: every attempt carries the same key until one of them succeeds.
 */
export class BookingForm extends FormState {
	key = $state('');
	sending = $state(false);
	/** The version of the prices that a refusal told, until the live quote shows them. */
	priceSeen = $state<string | null>(null);
	/** When the restored draft was saved; null where nothing was restored. */
	restoredFrom = $state<number | null>(null);
	attempt = $state.raw<Attempt | null>(null);

	#upgrades: ReadonlySet<string>;
	#blank: BookingValues;
	#checks: typeof import('./check.ts') | null = null;
	#saving: ReturnType<typeof setTimeout> | undefined;
	#unsaved: BookingValues | null = null;
	#tries = 0;
	#done = false;

	constructor(
		blank: BookingValues,
		given: BookingValues,
		key: string,
		upgrades: ReadonlySet<string>,
		failed: Failed | null
	) {
		super({ ...blank, ...(failed?.values ?? given) }, failed?.fields);
		this.key = failed?.key ?? key;
		this.priceSeen = failed?.priceSeen ?? null;
		this.#blank = blank;
		this.#upgrades = upgrades;
		if (failed && failed.message) this.attempt = failed;
	}

	/** Brings back what was typed in the last 24 hours; what the address of this page says goes before it. */
	restore(given: BookingValues): void {
		const draft = loadDraft(localStorage, Date.now());
		if (!draft || this.attempt || !differs(draft.values, this.#blank)) return;
		this.values = { ...this.#blank, ...draft.values, ...given };
		this.key = draft.key;
		this.restoredFrom = draft.savedAt;
	}

	/** Keeps what is typed, a moment after the last change. Call it from an effect: it reads every value. */
	keep(): void {
		const values = { ...this.values };
		this.#forget();
		if (this.#done || !differs(values, this.#blank)) return;
		this.#unsaved = values;
		this.#saving = setTimeout(() => this.saveNow(), saveAfterMs);
	}

	/** Keeps at once what waits to be kept: the page is going away. */
	saveNow(): void {
		const values = this.#unsaved;
		this.#forget();
		if (values) saveDraft(localStorage, { values, key: this.key, savedAt: Date.now() });
	}

	#forget(): void {
		clearTimeout(this.#saving);
		this.#unsaved = null;
	}

	startOver(): void {
		this.#forget();
		clearDraft(localStorage);
		this.values = { ...this.#blank };
		this.messages = {};
		this.attempt = null;
		this.restoredFrom = null;
		this.key = crypto.randomUUID();
	}

	/** Loads what checks the form, once somebody begins to fill it in. */
	warm = async () => (this.#checks ??= await import('./check.ts').catch(() => null));

	/** Every message that the form as it stands would get; none while what checks it can't be fetched: the server checks then. */
	async problems(): Promise<FieldMessages> {
		const checks = await this.warm();
		return checks?.problemsOf(this.values, this.#upgrades) ?? {};
	}

	/** Checks one field as it is left; an empty one is not complained about before the person tries to book. */
	async left(path: string): Promise<void> {
		if (this.values[path] || this.messages[path]) this.settle(path, await this.problems());
	}

	/** Takes one of the free slots that were offered instead. */
	take(slot: Slot): void {
		this.values.date = slot.event_date;
		this.values.time = slot.start_time;
		this.attempt = null;
		this.settle('date', {});
		this.settle('time', {});
	}

	/** Leads to the first field that was refused, and answers whether there is one; a slot that was taken is no field to correct. */
	leadToProblem(root: ParentNode): boolean {
		if (Object.keys(this.messages).length === 0 || this.attempt?.code === 'SLOT_UNAVAILABLE') return false;
		void this.focusFirstProblem(root);
		return true;
	}

	/** For `use:enhance` of the form. */
	submit: SubmitFunction = async ({ cancel, formElement }) => {
		if (this.sending) return cancel();
		this.sending = true;
		this.messages = await this.problems();
		this.sending = false;
		this.attempt = null;
		if (Object.keys(this.messages).length > 0) {
			cancel();
			void this.focusFirstProblem(formElement);
			return;
		}
		if (!navigator.onLine) {
			cancel();
			this.attempt = offline;
			return;
		}
		this.sending = true;
		return async ({ result }) => {
			if (result.type === 'redirect') {
				this.#finish();
				await goto(result.location);
				this.sending = false;
				return;
			}
			this.sending = false;
			if (result.type === 'failure') {
				this.#tries = 0;
				this.#show(result.data as Failed | undefined, formElement);
			} else if (result.type === 'error') {
				this.#unreachable(formElement);
			}
		};
	};

	#finish(): void {
		this.#forget();
		this.#done = true;
		this.#tries = 0;
		clearDraft(localStorage);
		this.key = crypto.randomUUID();
	}

	#show(failed: Failed | undefined, root: ParentNode): void {
		this.messages = failed?.fields ?? {};
		this.attempt = failed ?? unknown;
		if (failed) this.key = failed.key;
		this.priceSeen = failed?.priceSeen ?? null;
		this.leadToProblem(root);
	}

	/** No answer: nobody knows whether the booking was made, so the same key is sent again, by itself at first. */
	#unreachable(form: HTMLFormElement): void {
		if (navigator.onLine && this.#tries < retries) {
			this.#tries += 1;
			this.attempt = retrying;
			setTimeout(() => form.requestSubmit(), retryAfterMs * this.#tries);
			return;
		}
		this.#tries = 0;
		this.attempt = navigator.onLine ? unknown : offline;
	}
}

const offline: Attempt = {
	code: 'OFFLINE',
	message:
		'You are offline. Nothing was sent yet, and everything you typed is kept on this device. Book again once you are back online.',
	alternatives: []
};
const retrying: Attempt = {
	code: 'RETRYING',
	message: 'The connection dropped. Trying again; you will not be booked twice.',
	alternatives: []
};
const unknown: Attempt = {
	code: 'UNREACHABLE',
	message:
		'We could not reach our kitchen. Everything you typed is kept. Press the button again: if your booking did arrive, you will see it and not book twice.',
	alternatives: []
};

function differs(values: BookingValues, blank: BookingValues): boolean {
	return Object.entries(values).some(([path, value]) => value !== (blank[path] ?? ''));
}
