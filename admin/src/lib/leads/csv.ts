import type { CsvColumn } from '#admin/platform/csv.ts';
import type { Station } from '#admin/stations/schema.ts';
import { formatPhone } from '#shared/platform/phone.ts';
import { leadGuests, reasonOf, type LeadRow } from './schema.ts';

/** The columns of the leads export. */
export function leadCsv(stations: readonly Station[]): CsvColumn<LeadRow>[] {
	return [
		{ label: 'Name', value: (row) => row.name },
		{ label: 'Status', value: (row) => row.status },
		{ label: 'E-mail', value: (row) => row.email },
		{ label: 'Phone', value: (row) => (row.phone ? formatPhone(row.phone) : null) },
		{ label: 'Why', value: reasonOf },
		{ label: 'Source', value: (row) => row.source },
		{ label: 'Station', value: (row) => stations.find(({ id }) => id === row.station_id)?.name },
		{ label: 'ZIP', value: (row) => row.zip },
		{ label: 'Wants', value: (row) => row.event_at },
		{ label: 'Guests', value: (row) => leadGuests(row) || null },
		{ label: 'Score', value: (row) => row.score },
		{ label: 'Next action', value: (row) => row.next_action_at },
		{ label: 'Came at', value: (row) => row.created_at }
	];
}
