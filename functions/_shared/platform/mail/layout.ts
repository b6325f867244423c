/**
 * How our mails look: one list of blocks becomes HTML and plain text, so that both say the same. Everything given is text
 * and escaped here; a mail fetches nothing (no images, no fonts), and is readable in light and dark.
 */

export interface Mail {
	subject: string;
	html: string;
	text: string;
}

export type Block =
	| { kind: 'paragraph'; text: string }
	/** Names and values, e.g. when and where. */
	| { kind: 'facts'; rows: readonly (readonly [name: string, value: string])[] }
	/** Amounts, already formatted; the last row is the total. */
	| { kind: 'prices'; rows: readonly (readonly [label: string, amount: string])[] }
	| { kind: 'button'; label: string; url: string }
	| { kind: 'small'; text: string };

export interface Letter {
	subject: string;
	/** What the list of mails shows beside the subject. */
	preview: string;
	heading: string;
	blocks: readonly Block[];
	/** Why the reader gets this. */
	footer: string;
}

const red = '#dc2626';
const navy = '#14213d';
const sans = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** Lays a letter out. Throws for a button whose address is not http(s). */
export function layOut(letter: Letter): Mail {
	return { subject: oneLine(letter.subject), html: htmlOf(letter), text: textOf(letter) };
}

/** Text as it stands in HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function htmlOf({ subject, preview, heading, blocks, footer }: Letter): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(oneLine(subject))}</title>
<style>
:root{color-scheme:light dark}
@media (prefers-color-scheme:dark){
.page{background:#0b1220!important}
.card{background:#16203a!important}
.ink{color:#eef1f7!important}
.soft{color:#b3bdd1!important}
.line{border-color:#33415f!important}
.brand{color:#f87171!important}
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f6f3ee">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(preview)}</div>
<table role="presentation" width="100%" cellspacing="0" cellpadding="0" class="page" style="background:#f6f3ee"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellspacing="0" cellpadding="0" class="card" style="max-width:560px;background:#ffffff;border-top:4px solid ${red};border-radius:8px;font-family:${sans};font-size:16px;line-height:1.55">
<tr><td style="padding:28px 28px 4px">
<p class="brand" style="margin:0 0 16px;color:${red};font-weight:700;font-size:18px">My Hibachi</p>
<h1 class="ink" style="margin:0 0 12px;color:${navy};font-size:24px;line-height:1.25">${escapeHtml(heading)}</h1>
</td></tr>
<tr><td style="padding:0 28px 28px">
${blocks.map(htmlBlock).join('\n')}
</td></tr>
</table>
<p class="soft" style="max-width:560px;margin:16px auto 0;color:#55607a;font-family:${sans};font-size:13px;line-height:1.5">${escapeHtml(footer)}</p>
</td></tr></table>
</body>
</html>
`;
}

function htmlBlock(block: Block): string {
	switch (block.kind) {
		case 'paragraph':
			return `<p class="ink" style="margin:0 0 16px;color:${navy}">${withBreaks(block.text)}</p>`;
		case 'small':
			return `<p class="soft" style="margin:0 0 12px;color:#55607a;font-size:14px">${withBreaks(block.text)}</p>`;
		case 'facts':
			return rows(
				block.rows.map(
					([name, value]) =>
						`<tr><th scope="row" align="left" class="soft" style="padding:3px 16px 3px 0;color:#55607a;font-weight:400;vertical-align:top;white-space:nowrap">${escapeHtml(name)}</th><td class="ink" style="padding:3px 0;color:${navy};font-weight:600">${withBreaks(value)}</td></tr>`
				)
			);
		case 'prices':
			return rows(
				block.rows.map(([label, amount], index) => {
					const total = index === block.rows.length - 1;
					const style = `padding:${total ? 10 : 3}px 0 3px;color:${navy};${total ? 'border-top:1px solid #d8dce5;font-weight:700' : 'font-weight:400'}`;
					return `<tr><th scope="row" align="left" class="ink line" style="${style}">${escapeHtml(label)}</th><td align="right" class="ink line" style="${style};white-space:nowrap;padding-left:16px">${escapeHtml(amount)}</td></tr>`;
				}),
				'100%'
			);
		case 'button':
			return `<p style="margin:8px 0 20px"><a href="${escapeHtml(webAddress(block.url))}" style="display:inline-block;background:${red};color:#ffffff;font-weight:700;text-decoration:none;padding:12px 22px;border-radius:6px">${escapeHtml(block.label)}</a></p>`;
	}
}

function rows(rows: string[], width?: string): string {
	return `<table${width ? ` width="${width}"` : ''} cellspacing="0" cellpadding="0" style="margin:0 0 20px;border-collapse:collapse">${rows.join('')}</table>`;
}

function textOf({ heading, blocks, footer }: Letter): string {
	return [heading, ...blocks.map(textBlock), `--\n${footer}`].join('\n\n') + '\n';
}

function textBlock(block: Block): string {
	switch (block.kind) {
		case 'paragraph':
		case 'small':
			return block.text;
		case 'facts':
			return block.rows.map(([name, value]) => `${name}: ${value.replace(/\n/g, ', ')}`).join('\n');
		case 'prices': {
			const width = Math.max(...block.rows.map(([label]) => label.length));
			const amounts = Math.max(...block.rows.map(([, amount]) => amount.length));
			return block.rows.map(([label, amount]) => `${label.padEnd(width)}  ${amount.padStart(amounts)}`).join('\n');
		}
		case 'button':
			return `${block.label}:\n${webAddress(block.url)}`;
	}
}

function withBreaks(text: string): string {
	return escapeHtml(text).replace(/\r?\n/g, '<br>');
}

/** A subject is a header: a line break in it would start another one. */
function oneLine(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

function webAddress(url: string): string {
	const { protocol, href } = new URL(url);
	if (protocol !== 'https:' && protocol !== 'http:')
		throw new Error(`A mail links to the web only, not to ${protocol}`);
	return href;
}
