import { readBookingForm, type BookingValues, type FieldMessages } from '#shared/booking/form.ts';
import { menuProblems } from '#shared/booking/menu.ts';

/** Every message that a booking form as typed gets: the same checks as on the server. Loaded with the first key press. */
export function problemsOf(values: BookingValues, upgrades: ReadonlySet<string>): FieldMessages {
	const read = readBookingForm(values);
	return read.ok ? menuProblems(read.choices, upgrades, read.data) : read.fields;
}
