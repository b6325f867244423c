import * as z from 'zod/mini';
import { dataOf, type Api } from '#admin/platform/api.ts';
import { leadRow, leadRowSelect, leadStatus, type LeadRow, type LeadStatus } from './schema.ts';

/** How many cards a column shows; the list has the rest. */
export const columnSize = 50;

/** A column of the board: its newest leads and whether there are more. */
export interface BoardColumn {
	status: LeadStatus;
	rows: LeadRow[];
	hasMore: boolean;
}

/** The board: a column for each status, best leads first. Done ones show the newest. */
export async function readBoard(api: Api, stationId: string | null): Promise<BoardColumn[]> {
	return Promise.all(
		leadStatus.options.map(async (status): Promise<BoardColumn> => {
			let query = api.from('leads').select(leadRowSelect).eq('status', status);
			if (stationId) query = query.eq('station_id', stationId);
			const isDone = status === 'converted' || status === 'lost';
			const answer = await query
				.order(isDone ? 'updated_at' : 'score', { ascending: false })
				.order('id', { ascending: false })
				.limit(columnSize + 1);
			const rows = z.array(leadRow).parse(dataOf(answer));
			return { status, rows: rows.slice(0, columnSize), hasMore: rows.length > columnSize };
		})
	);
}
