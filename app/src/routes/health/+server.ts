/** `GET /health`: the web server answers. Says nothing of the database: that is the API's own health. */
export const GET = () => new Response('ok', { headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' } });
