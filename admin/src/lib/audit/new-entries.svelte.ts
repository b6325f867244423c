/** How many new entries are shown without being asked for. */
const fewEntries = 5;

export interface NewEntriesOptions {
	/** New entries that the page does not show. */
	count: () => Promise<number>;
	/** Loads the page anew. */
	show: () => Promise<unknown>;
	/** Whether rows may move under the reader's eyes: not while further down the list. */
	mayMove: () => boolean;
	/** Least milliseconds between two looks. */
	pauseMs?: number;
}

/**
 * New entries of a log that is being read. A few appear by themselves; many, or any while the reader is further down, are
 * counted and wait to be shown. However many messages come, the database is asked once in `pauseMs`, and the last message is
 * always followed by a look.
 */
export class NewEntries {
	waiting = $state(0);

	#options: NewEntriesOptions;
	#working: Promise<void> | null = null;
	#again = false;
	#closed = false;

	constructor(options: NewEntriesOptions) {
		this.#options = options;
	}

	/** Something was written, or messages may have been missed. Resolves when the page knows. */
	look(): Promise<void> {
		this.#again = true;
		return (this.#working ??= this.#work());
	}

	/** Shows what waits. */
	async show(): Promise<void> {
		await this.#options.show();
		this.waiting = 0;
	}

	close(): void {
		this.#closed = true;
	}

	async #work(): Promise<void> {
		try {
			while (this.#again && !this.#closed) {
				this.#again = false;
				const count = await this.#options.count();
				if (this.#closed) return;
				if (count > 0 && count <= fewEntries && this.#options.mayMove()) await this.show();
				else this.waiting = count;
				await new Promise((resolve) => setTimeout(resolve, this.#options.pauseMs ?? 1000));
			}
		} finally {
			this.#working = null;
		}
	}
}
