import type { CsvColumn } from '#admin/platform/csv.ts';
import type { Station } from '#admin/stations/schema.ts';
import { formatPhone } from '#shared/platform/phone.ts';
import { localDate, localTime } from '#shared/platform/time.ts';
import { contactOf, type BookingRow } from './schema.ts';

/** The columns of the bookings export. Money is in dollars, because that is what a spreadsheet adds up. */
export function bookingCsv(stations: readonly Station[]): CsvColumn<BookingRow>[] {
	return [
		{ label: 'Reference', value: (row) => row.reference },
		{ label: 'Status', value: (row) => row.status },
		{ label: 'Date', value: (row) => localDate(row.event_at, row.timezone) },
		{ label: 'Time', value: (row) => localTime(row.event_at, row.timezone) },
		{ label: 'Station', value: (row) => stations.find(({ id }) => id === row.station_id)?.name },
		{ label: 'Customer', value: (row) => contactOf(row).name },
		{ label: 'Phone', value: (row) => formatPhone(contactOf(row).phone ?? '') },
		{ label: 'E-mail', value: (row) => row.customer?.email },
		{ label: 'Adults', value: (row) => row.adults },
		{ label: 'Children', value: (row) => row.children },
		{ label: 'Under 6', value: (row) => row.toddlers },
		{ label: 'City', value: (row) => row.venue_city },
		{ label: 'ZIP', value: (row) => row.venue_zip },
		{ label: 'Chef', value: (row) => row.chef?.staff?.name },
		{ label: 'Total (USD)', value: (row) => row.total_cents / 100 },
		{ label: 'Deposit (USD)', value: (row) => row.deposit_cents / 100 },
		{ label: 'Source', value: (row) => row.source },
		{ label: 'Booked at', value: (row) => row.created_at }
	];
}
