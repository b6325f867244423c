import { publicConfig, serverApiUrl } from '../config.ts';

const plain = { 'content-type': 'text/plain', 'cache-control': 'no-store' };
const patienceMs = 3000;

/** `GET /health`: the web server answers. Says nothing of the database, so that it costs nothing. */
export function health(): Response {
	return new Response('ok', { headers: plain });
}

/** `GET /ready`: 200 when pages can be served, which takes the API; else 503. Tells no reason: that is for the logs. */
export async function ready(send: typeof fetch = fetch): Promise<Response> {
	const answers = await send(`${serverApiUrl()}/rest/v1/feature_flags?select=key&limit=1`, {
		headers: { apikey: publicConfig().publishableKey },
		signal: AbortSignal.timeout(patienceMs)
	}).then(
		async (answer) => {
			await answer.body?.cancel();
			return answer.ok;
		},
		() => false
	);
	return new Response(answers ? 'ready' : 'not ready', { status: answers ? 200 : 503, headers: plain });
}
