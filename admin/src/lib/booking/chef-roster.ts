import * as z from 'zod/mini';

const hours = z.object({ id: z.string(), weekday: z.int(), starts_at: z.string(), ends_at: z.string() });
const exception = z.object({
	id: z.string(),
	on_date: z.string(),
	available: z.boolean(),
	starts_at: z.nullable(z.string()),
	ends_at: z.nullable(z.string()),
	reason: z.nullable(z.string())
});

/** A chef with when they work. */
export const rosterChef = z.object({
	id: z.string(),
	station_id: z.string(),
	bio: z.string(),
	photo_path: z.nullable(z.string()),
	active: z.boolean(),
	version: z.int(),
	staff: z.nullable(z.object({ name: z.string(), phone: z.nullable(z.string()), email: z.string() })),
	hours: z.array(hours),
	exceptions: z.array(exception)
});
export type RosterChef = z.infer<typeof rosterChef>;
export type Hours = z.infer<typeof hours>;
export type Exception = z.infer<typeof exception>;

export const rosterSelect =
	'id, station_id, bio, photo_path, active, version, staff(name, phone, email), hours:chef_weekly_hours(id, weekday, starts_at, ends_at), ' +
	'exceptions:chef_exceptions(id, on_date, available, starts_at, ends_at, reason)';

export const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** The days of an ordinary week on which a chef works, in words: `Mon, Wed–Fri`. */
export function workingDays(rows: readonly Pick<Hours, 'weekday'>[]): string {
	const days = [...new Set(rows.map(({ weekday }) => weekday))].sort((a, b) => a - b);
	const runs: number[][] = [];
	for (const day of days) {
		const run = runs.at(-1);
		if (run && run.at(-1) === day - 1) run.push(day);
		else runs.push([day]);
	}
	return runs
		.map((run) => {
			const [first = 0] = run;
			const last = run.at(-1) ?? first;
			if (run.length < 3) return run.map((day) => weekdays[day]).join(', ');
			return `${weekdays[first]}–${weekdays[last]}`;
		})
		.join(', ');
}
