import { localDate } from '#shared/platform/time.ts';
import { csvResponse, csvStream, type CsvColumn } from './csv.ts';
import type { Cursor } from './cursor.ts';
import type { LivePage } from './live-merge.ts';

/**
 * A whole list as a CSV download, read page by page. `read` gives the page after a cursor, `place` the cursor of a row.
 */
export function exportList<Row>(
	name: string,
	columns: readonly CsvColumn<Row>[],
	read: (cursor: Cursor | null) => Promise<LivePage<Row>>,
	place: (row: Row) => Cursor,
	timezone: string
): Response {
	async function* pages() {
		for (let cursor: Cursor | null = null; ;) {
			const page: LivePage<Row> = await read(cursor);
			yield page.rows;
			const last = page.rows.at(-1);
			if (!page.hasMore || !last) return;
			cursor = place(last);
		}
	}
	return csvResponse(name, localDate(new Date(), timezone), csvStream(columns, pages()));
}
