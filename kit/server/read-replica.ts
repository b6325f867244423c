/** Reading from a replica, and from the primary when the replica does not answer. */

/** Longer than this and the primary is asked instead. */
const patienceMs = 3000;

/**
 * A fetch that asks `replica` first and `primary` when that can't be reached, is too slow or answers 5xx. Only what reads (GET,
 * HEAD) is asked twice; all else goes to the primary at once, whatever its address says.
 */
export function withFallback(replica: string, primary: string, send: typeof fetch = fetch): typeof fetch {
	if (replica === primary) return send;
	return async (input, init) => {
		const request = new Request(input, init);
		const atPrimary = () => send(new Request(request.url.replace(replica, primary), request));
		if (request.method !== 'GET' && request.method !== 'HEAD') return atPrimary();
		const signal = AbortSignal.any([request.signal, AbortSignal.timeout(patienceMs)]);
		const answer = await send(new Request(request, { signal })).catch((error: unknown) => {
			if (request.signal.aborted) throw error;
			return null;
		});
		if (answer && answer.status < 500) return answer;
		await answer?.body?.cancel();
		return atPrimary();
	};
}
