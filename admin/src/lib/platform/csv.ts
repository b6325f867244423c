/** One column of an export. */
export interface CsvColumn<Row> {
	label: string;
	value: (row: Row) => string | number | null | undefined;
}

/**
 * One CSV field (RFC 4180). Text that a spreadsheet would run as a formula gets a leading apostrophe, because names and
 * notes are typed by strangers and opened in Excel by staff.
 */
export function csvField(value: string | number | null | undefined): string {
	if (value === null || value === undefined) return '';
	if (typeof value === 'number') return String(value);
	const safe = /^[=+\-@\t\r\n|%＝＋－＠]/.test(value) ? `'${value}` : value;
	return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of CSV with its line end. */
export function csvLine(values: readonly (string | number | null | undefined)[]): string {
	return `${values.map(csvField).join(',')}\r\n`;
}

/**
 * A CSV file as a stream: pages are read one after the other, so that an export of any length costs the memory of one
 * page. `pages` yields rows; an error of it breaks the download off, which a browser shows as failed.
 */
export function csvStream<Row>(
	columns: readonly CsvColumn<Row>[],
	pages: AsyncIterator<readonly Row[]>
): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	return new ReadableStream({
		start(controller) {
			// The byte order mark makes Excel read UTF-8.
			controller.enqueue(encoder.encode(`\uFEFF${csvLine(columns.map(({ label }) => label))}`));
		},
		async pull(controller) {
			const { value, done } = await pages.next();
			if (done) return controller.close();
			controller.enqueue(
				encoder.encode(value.map((row) => csvLine(columns.map((column) => column.value(row)))).join(''))
			);
		},
		async cancel() {
			await pages.return?.();
		}
	});
}

/** The response of an export; the file's name carries the day. */
export function csvResponse(name: string, day: string, body: ReadableStream<Uint8Array>): Response {
	return new Response(body, {
		headers: {
			'content-type': 'text/csv; charset=utf-8',
			'content-disposition': `attachment; filename="${name}-${day}.csv"`,
			'cache-control': 'no-store'
		}
	});
}
