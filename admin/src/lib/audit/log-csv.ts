import type { CsvColumn } from '#admin/platform/csv.ts';
import type { Station } from '#admin/stations/schema.ts';
import type { LogEntry } from './log.ts';

/** The columns of the log's export. It has the chain's hashes, so that a copy outside shows what was altered inside. */
export function logCsv(stations: readonly Station[]): CsvColumn<LogEntry>[] {
	return [
		{ label: 'When (UTC)', value: (row) => new Date(row.occurred_at).toISOString() },
		{ label: 'Actor', value: (row) => row.actor },
		{ label: 'Roles', value: (row) => row.actor_roles.join(' ') },
		{ label: 'Action', value: (row) => row.action },
		{ label: 'Table', value: (row) => row.table_name },
		{ label: 'Row', value: (row) => row.row_id },
		{ label: 'Station', value: (row) => stations.find(({ id }) => id === row.station_id)?.name },
		{ label: 'Changes', value: (row) => JSON.stringify(row.changes) },
		{ label: 'Request', value: (row) => row.request_id },
		{ label: 'Address', value: (row) => row.address },
		{ label: 'Number', value: (row) => row.chain_no },
		{ label: 'Hash', value: (row) => row.hash },
		{ label: 'Id', value: (row) => row.id }
	];
}
