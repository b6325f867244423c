import { applyAction, deserialize, type SubmitFunction } from '$app/forms';
import { refreshAll } from '$app/navigation';

import { toast } from '#ui/toasts.svelte.ts';
import type { Problem } from './api.ts';

/** How to take a deed back: another action of the page with its fields. */
export interface Undo {
	label: string;
	action: string;
	fields: Record<string, string>;
}

/** What a form action answers when it worked. */
export interface Finished {
	action: string;
	/** One sentence for the person who did it. */
	done: string;
	undo?: Undo;
}

/** What it answers when it did not. */
export interface Failed {
	action: string;
	problem: Omit<Problem, 'status'>;
	typed: Record<string, string>;
}

/** What a page's `form` may hold. */
export type Result = Finished | Failed | null | undefined;

/** The problem of one of the page's forms, if the last submission was its. */
export function problemOfForm(form: unknown, name: string): Failed | null {
	if (typeof form !== 'object' || form === null) return null;
	const result = form as Partial<Failed>;
	return result.action === name && result.problem ? (result as Failed) : null;
}

/** Where a form of the open page is sent: the action, with what the page's address chooses, so that the same is shown after. */
export function actionHref(action: string, url: { searchParams: Iterable<[string, string]> }): string {
	const query = new URLSearchParams([...url.searchParams].filter(([name]) => !name.startsWith('/')));
	return query.size > 0 ? `?/${action}&${query}` : `?/${action}`;
}

/** Tells the outcome in a toast, with "Undo" where the deed can be taken back. */
function tell(result: Finished): void {
	const { undo } = result;
	toast.success(result.done, undo && { label: undo.label, run: () => void perform(undo.action, undo.fields) });
}

/** Submits an action of the open page, or of the one at `path`, without a form. */
export async function perform(action: string, fields: Record<string, string>, path = ''): Promise<boolean> {
	const body = new FormData();
	for (const [name, value] of Object.entries(fields)) body.set(name, value);
	const response = await fetch(`${path}?/${action}`, {
		method: 'POST',
		body,
		headers: { accept: 'application/json', 'x-sveltekit-action': 'true' }
	}).catch(() => null);
	if (!response) {
		toast.error('The server could not be reached. Nothing was changed.');
		return false;
	}
	const result = deserialize<Record<string, unknown>, Record<string, unknown>>(await response.text());
	if (result.type === 'success') {
		tell(result.data as unknown as Finished);
		await refreshAll();
		return true;
	}
	if (result.type === 'failure') toast.error((result.data as unknown as Failed).problem.message);
	else await applyAction(result);
	return false;
}

/** For `use:enhance`: says what was done, keeps what was typed when it was refused, and tells when work goes on. */
export function telling(busy: (working: boolean) => void, onDone?: () => void): SubmitFunction {
	return () => {
		busy(true);
		return async ({ result, update }) => {
			// A reset would empty fields that show the row's own values.
			await update({ reset: false });
			busy(false);
			if (result.type !== 'success') return;
			tell(result.data as unknown as Finished);
			onDone?.();
		};
	};
}
