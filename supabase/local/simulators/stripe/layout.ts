/** How the simulator's pages look. They work without JavaScript, on a phone, in light and dark. */
import { escapeHtml } from '../../../../functions/_shared/platform/mail/layout.ts';

const css = `
:root{color-scheme:light dark;--canvas:light-dark(#fffaf3,#0c1222);--surface:light-dark(#fff,#141c32);--line:light-dark(#ecdfcb,#2a3654);
--field:light-dark(#8f8372,#7684a6);--ink:light-dark(#16213d,#f6efe4);--muted:light-dark(#55596c,#b3bacd);--brand:#dc2626;--link:light-dark(#b91c1c,#ff9a8f);
--danger:light-dark(#b42318,#fda29b);--danger-soft:light-dark(#fee9e7,#3a1417);--warn:light-dark(#8a4b08,#fcd34d);--warn-soft:light-dark(#fdf0d3,#32260a);
--good:light-dark(#166534,#86efac);--focus:light-dark(#16213d,#ffd08a)}
*{box-sizing:border-box}
body{margin:0;background:var(--canvas);color:var(--ink);font:16px/1.5 'Inter Variable',system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
::placeholder{color:var(--muted);opacity:1}
a{color:var(--link)} a,button,input,select,summary{outline-offset:3px} :focus-visible{outline:2px solid var(--focus)}
h1{font-size:1.375rem;line-height:1.25;margin:0} h2{font-size:1.125rem;margin:2.25rem 0 .75rem}
.notice{margin:0;padding:.5rem 1rem;background:var(--warn-soft);color:var(--warn);text-align:center;font-size:.875rem}
.pay{max-width:58rem;margin:0 auto;padding:2rem 1.25rem 3rem;display:grid;gap:2rem}
.amount{font-size:2.25rem;font-weight:700;margin:.25rem 0 1.25rem;font-variant-numeric:tabular-nums}
.muted{color:var(--muted)} .small{font-size:.875rem}
dl.lines{margin:0;display:grid;gap:.65rem} dl.lines div{display:flex;justify-content:space-between;gap:1.5rem}
dl.lines dt,dl.lines dd{margin:0} dl.lines dd{font-variant-numeric:tabular-nums} dl.lines .total{border-top:1px solid var(--line);padding-top:.75rem;font-weight:650}
.card{background:var(--surface);border:1px solid var(--line);border-radius:1.125rem;padding:1.5rem;box-shadow:0 8px 24px -14px rgb(0 0 0/.3)}
.field{margin:1rem 0 0} .field label{display:block;font-weight:600;font-size:.9375rem;margin-bottom:.35rem}
.field input{width:100%;min-height:2.875rem;padding:.6rem .8rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--field);border-radius:.625rem}
.field input[aria-invalid=true]{border-color:var(--danger);border-width:2px} .field .wrong{margin:.35rem 0 0;color:var(--danger);font-size:.9375rem}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.alert{margin:1rem 0 0;padding:.75rem 1rem;border-radius:.625rem;background:var(--danger-soft);color:var(--danger)}
.button{display:inline-block;min-height:3rem;padding:.7rem 1.25rem;border:0;border-radius:.75rem;background:var(--brand);color:#fff;font:inherit;font-weight:650;text-align:center;text-decoration:none;cursor:pointer}
.button:hover{background:#b91c1c} .wide{display:block;width:100%;margin-top:1.5rem} .quiet{background:transparent;color:var(--ink);border:1px solid var(--field)} .quiet:hover{background:light-dark(#f8eedf,#1b2540)}
details{margin-top:1.5rem} summary{cursor:pointer;font-weight:600} code{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:.9375rem}
table{border-collapse:collapse;width:100%} td,th{text-align:left;padding:.5rem .9rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.num{font-variant-numeric:tabular-nums;white-space:nowrap}
.desk{max-width:76rem;margin:0 auto;padding:1.75rem 1.25rem 4rem} .scroll{overflow-x:auto}
.deeds{display:flex;gap:.5rem;flex-wrap:wrap;align-items:center} .deeds form{display:flex;gap:.4rem;align-items:center}
.deeds button,.switches button{min-height:2.25rem;padding:.25rem .7rem;font:inherit;font-size:.9375rem;color:inherit;background:var(--surface);border:1px solid var(--field);border-radius:.5rem;cursor:pointer}
.deeds input,.switches input[type=number],.switches select{min-height:2.25rem;width:7rem;padding:.2rem .5rem;font:inherit;color:inherit;background:var(--surface);border:1px solid var(--field);border-radius:.5rem} .switches select{width:auto}
.switches{display:flex;flex-wrap:wrap;gap:1rem 1.5rem;align-items:center} .switches label{display:flex;gap:.5rem;align-items:center}
@media(min-width:52rem){.pay{grid-template-columns:1fr 1.1fr;gap:3.5rem;padding-top:3.5rem}}
@media(prefers-reduced-motion:no-preference){.button{transition:background .15s}}
`;

const logo = `<svg width="36" height="36" viewBox="0 0 40 40" fill="none" aria-hidden="true"><rect width="40" height="40" rx="11" fill="#dc2626"/><path d="M20.6 5.5c.9 4.6-5.9 7.6-5.9 13.9 0 4.4 2.9 7 5.6 7s5.7-2.3 5.7-6.5c0-2.3-.9-3.9-2-5.3-.3 1.5-1 2.3-1.9 2.8.7-4.3-.2-8.9-1.5-11.9Z" fill="#ffc95c"/><path d="M7.5 28.4h25c0 3.2-3.7 5.4-12.5 5.4S7.5 31.6 7.5 28.4Z" fill="#16213d"/><path d="M6.5 28.3h27" stroke="#fff7e6" stroke-width="2" stroke-linecap="round"/></svg>`;

/** The name over a page. */
export const brand = `<p style="display:flex;gap:.65rem;align-items:center;margin:0 0 1.5rem;font-weight:700;font-size:1.2rem">${logo} My Hibachi</p>`;

/** A whole page; `body` is HTML, `title` text. */
export function page(title: string, body: string): string {
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)} · My Hibachi</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<style>${css}</style></head>
<body><p class="notice">Simulated payments: no card is charged here.</p>
${body}
</body></html>
`;
}

/** What a page may do: nothing but its own style, and send its form here or to where the payment leads. */
export function policy(...addresses: (string | null | undefined)[]): string {
	const origins = addresses.flatMap((address) => (address && URL.canParse(address) ? [new URL(address).origin] : []));
	return `default-src 'none'; style-src 'unsafe-inline'; form-action ${["'self'", ...new Set(origins)].join(' ')}; base-uri 'none'; frame-ancestors 'none'`;
}
