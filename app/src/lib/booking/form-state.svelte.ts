import { tick } from 'svelte';
import { readChoices, type BookingValues, type Choices, type FieldMessages } from '#shared/booking/choices.ts';

/** Typed values and the messages at their fields: what the quote and the booking form have in common. */
export class FormState {
	values = $state<BookingValues>({});
	messages = $state<FieldMessages>({});

	constructor(values: BookingValues, messages: FieldMessages = {}) {
		this.values = values;
		this.messages = messages;
	}

	get choices(): Choices {
		return readChoices(this.values).choices;
	}

	/** A count as a number while it is typed; 0 where it isn't one. */
	number(path: string): number {
		const value = Number(this.values[path] ?? '0');
		return Number.isSafeInteger(value) && value > 0 ? value : 0;
	}

	/** Shows what is wrong with one field once it was left, and takes its message away once it is right. */
	settle(path: string, found: FieldMessages): void {
		const { [path]: _, ...others } = this.messages;
		const message = found[path];
		this.messages = message === undefined ? others : { ...others, [path]: message };
	}

	/** Moves the focus to the first field, in the page's order, that has a message. */
	async focusFirstProblem(root: ParentNode): Promise<void> {
		await tick();
		for (const control of root.querySelectorAll<HTMLElement>('[name]')) {
			if (this.messages[control.getAttribute('name') ?? ''] === undefined) continue;
			control.closest('details')?.setAttribute('open', '');
			control.focus();
			return;
		}
	}
}
