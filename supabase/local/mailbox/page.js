// The mailbox page: everything from a mail is set as text or shown in a sandboxed frame, never as markup of this page.
const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
/** @type {any[]} */
let mails = [];
let open = location.hash.slice(1);

async function load() {
	const response = await fetch('/_mail/api/messages');
	mails = await response.json();
	showList();
	showMail();
}

function showList() {
	const wanted = $('filter').value.trim().toLowerCase();
	const shown = mails.filter((mail) => mail.to.some((/** @type {string} */ to) => to.includes(wanted)));
	$('count').textContent = `${shown.length} ${shown.length === 1 ? 'mail' : 'mails'}`;
	const had = document.activeElement?.closest?.('#list button')?.getAttribute('data-id');
	$('list').replaceChildren(...shown.map(entry));
	if (had) document.querySelector(`#list [data-id="${had}"]`)?.focus();
}

function entry(/** @type {any} */ mail) {
	const item = document.createElement('li');
	const button = document.createElement('button');
	button.type = 'button';
	button.dataset.id = mail.id;
	button.setAttribute('aria-current', String(mail.id === open));
	button.append(
		piece('span', 'subject', mail.subject || '(no subject)'),
		piece('time', '', new Date(mail.received_at).toLocaleTimeString()),
		piece('span', 'who', mail.to.join(', '))
	);
	button.addEventListener('click', () => {
		location.hash = mail.id;
	});
	item.append(button);
	return item;
}

function piece(/** @type {string} */ tag, /** @type {string} */ name, /** @type {string} */ text) {
	const element = document.createElement(tag);
	if (name) element.className = name;
	element.textContent = text;
	return element;
}

function showMail() {
	const mail = mails.find(({ id }) => id === open);
	$('mail').hidden = !mail;
	$('none').hidden = Boolean(mail);
	if (!mail) return;
	$('subject').textContent = mail.subject || '(no subject)';
	$('from').textContent = mail.from;
	$('to').textContent = mail.to.join(', ');
	$('at').textContent = new Date(mail.received_at).toLocaleString();
	$('text').textContent = mail.text;
	$('html').src = `/_mail/messages/${mail.id}/html`;
	$('as-raw').href = `/_mail/messages/${mail.id}/raw`;
	view(mail.html ? 'html' : 'text');
	$('links').replaceChildren(
		...mail.links.map((/** @type {string} */ link) => {
			const item = document.createElement('li');
			const anchor = document.createElement('a');
			anchor.href = link;
			anchor.textContent = link;
			item.append(anchor);
			return item;
		})
	);
}

function view(/** @type {'html' | 'text'} */ kind) {
	$('html').hidden = kind !== 'html';
	$('text').hidden = kind !== 'text';
	$('as-html').setAttribute('aria-pressed', String(kind === 'html'));
	$('as-text').setAttribute('aria-pressed', String(kind === 'text'));
}

addEventListener('hashchange', () => {
	open = location.hash.slice(1);
	showList();
	showMail();
	$('mail').focus();
});
$('filter').addEventListener('input', showList);
$('as-html').addEventListener('click', () => view('html'));
$('as-text').addEventListener('click', () => view('text'));
$('delete-all').addEventListener('click', async () => {
	if (confirm('Delete every mail?')) await fetch('/_mail/api/messages', { method: 'DELETE' });
});

const events = new EventSource('/_mail/api/events');
for (const name of ['open', 'mail', 'removed']) events.addEventListener(name, () => load());
