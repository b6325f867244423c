import { refreshAll } from '$app/navigation';
import type { LiveStatus } from '#shared/platform/live.ts';
import { listen } from '../platform/listen.ts';
import type { ApiAccess } from '../platform/rpc.ts';

const slowMs = 12_000;

/**
 * Follows a payment on an open page: reads again when the database announces a change, and whenever something may have been
 * missed (joined anew, back in front, back online). Knows whether that is going well, so that the page can say what happens next.
 */
export class PaymentWatch {
	status = $state<LiveStatus>('connecting');
	offline = $state(false);
	/** It takes longer than it usually does. Changes words, never the state of the payment. */
	slow = $state(false);

	/** Begins; the returned function ends it. */
	start(api: ApiAccess, topic: string): () => void {
		const look = () => void refreshAll();
		const shown = () => document.visibilityState === 'visible' && look();
		const connection = () => {
			this.offline = !navigator.onLine;
			if (!this.offline) look();
		};
		this.offline = !navigator.onLine;
		const timer = setTimeout(() => (this.slow = true), slowMs);
		const stop = listen(api, topic, {
			events: { payment_changed: look, booking_changed: look },
			onCatchUp: look,
			onStatus: (status) => (this.status = status)
		});
		document.addEventListener('visibilitychange', shown);
		window.addEventListener('focus', look);
		for (const change of ['online', 'offline']) window.addEventListener(change, connection);
		return () => {
			clearTimeout(timer);
			stop();
			document.removeEventListener('visibilitychange', shown);
			window.removeEventListener('focus', look);
			for (const change of ['online', 'offline']) window.removeEventListener(change, connection);
		};
	}
}
