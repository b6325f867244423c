import type { CsvColumn } from '#admin/platform/csv.ts';
import type { Station } from '#admin/stations/schema.ts';
import { localDate, localTime } from '#shared/platform/time.ts';
import type { PaymentRow } from './schema.ts';
import { kindLabel, methodLabel, payerOf } from './words.ts';

/** The columns of the ledger's export, on the given clock. Money is in dollars, because that is what a spreadsheet adds up. */
export function paymentCsv(stations: readonly Station[], timezone: string): CsvColumn<PaymentRow>[] {
	return [
		{ label: 'Date', value: (row) => localDate(row.occurred_at, timezone) },
		{ label: 'Time', value: (row) => localTime(row.occurred_at, timezone) },
		{ label: 'Booking', value: (row) => row.booking?.reference },
		{ label: 'Customer', value: payerOf },
		{ label: 'What', value: kindLabel },
		{ label: 'How', value: (row) => methodLabel(row.method) },
		{ label: 'Station', value: (row) => stations.find(({ id }) => id === row.station_id)?.name },
		{ label: 'Amount (USD)', value: (row) => row.amount_cents / 100 },
		{ label: 'Note', value: (row) => row.note },
		{ label: 'Provider’s id', value: (row) => row.provider_ref }
	];
}
