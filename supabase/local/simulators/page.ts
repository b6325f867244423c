import { escapeHtml } from '../../../functions/_shared/platform/mail/layout.ts';
import type { MetaSimulator } from './meta.ts';

/** The simulators to look at: what was sent, and the switches. */
export function simulatorsPage({ messages, switches }: MetaSimulator): string {
	const rows = messages.map(
		({ at, to, template, text }) =>
			`<tr><td>${escapeHtml(at)}</td><td>${escapeHtml(to)}</td><td>${escapeHtml(template)}</td><td>${escapeHtml(text)}</td></tr>`
	);
	return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Simulators · My Hibachi</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="refresh" content="10">
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #8885;vertical-align:top}
form{display:flex;gap:1rem;align-items:center;flex-wrap:wrap;margin:1rem 0}</style></head>
<body>
<p><a href="/_simulators/stripe">Stripe, simulated</a></p>
<h1>WhatsApp, simulated</h1>
<form method="post" action="/_simulators">
<label><input type="checkbox" name="fail"${switches.fail ? ' checked' : ''}> Refuse everything</label>
<label>Answer after <input type="number" name="latencyMs" min="0" max="60000" value="${switches.latencyMs}"> ms</label>
<button type="submit">Set</button>
</form>
<table><thead><tr><th>When</th><th>To</th><th>Template</th><th>Message</th></tr></thead>
<tbody>${rows.join('') || '<tr><td colspan="4">Nothing was sent yet.</td></tr>'}</tbody></table>
</body></html>
`;
}
