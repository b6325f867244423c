/** Outcomes told in a corner of the page. The list lives here; `Toast.svelte`, once in the layout, shows it. */
export type ToastTone = 'success' | 'error' | 'info';

export interface ToastMessage {
	id: number;
	tone: ToastTone;
	text: string;
	/** One thing to do about it, such as "Undo". */
	action?: { label: string; run: () => void };
}

const lifetimes: Record<ToastTone, number> = { success: 6000, info: 8000, error: 12000 };

class Toasts {
	list = $state<ToastMessage[]>([]);
	#next = 1;
	#timers = new Map<number, ReturnType<typeof setTimeout>>();

	/** Shows a message for a few seconds, errors longest; answers its id for `dismiss`. */
	show(tone: ToastTone, text: string, action?: ToastMessage['action']): number {
		const id = this.#next++;
		this.list = [...this.list.slice(-3), { id, tone, text, ...(action && { action }) }];
		this.resume(id, lifetimes[tone]);
		return id;
	}

	dismiss(id: number): void {
		this.pause(id);
		this.list = this.list.filter((message) => message.id !== id);
	}

	/** Stops the clock while someone reads: the pointer or the focus is on the message. */
	pause(id: number): void {
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
	}

	resume(id: number, after = 4000): void {
		this.pause(id);
		this.#timers.set(
			id,
			setTimeout(() => this.dismiss(id), after)
		);
	}
}

export const toasts = new Toasts();

/** `toast.success('Saved.')`, `toast.error('…')`, `toast.info('…', { label: 'Undo', run })`. In the browser only. */
export const toast = {
	success: (text: string, action?: ToastMessage['action']) => toasts.show('success', text, action),
	error: (text: string, action?: ToastMessage['action']) => toasts.show('error', text, action),
	info: (text: string, action?: ToastMessage['action']) => toasts.show('info', text, action)
};
