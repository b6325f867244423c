import * as z from 'zod/mini';

/** Everything of one station. */
export const stationDetail = z.object({
	id: z.string(),
	slug: z.string(),
	name: z.string(),
	base_zip: z.string(),
	latitude: z.number(),
	longitude: z.number(),
	timezone: z.string(),
	service_radius_miles: z.int(),
	free_travel_miles: z.int(),
	min_notice_hours: z.int(),
	max_advance_days: z.int(),
	event_minutes: z.int(),
	buffer_minutes: z.int(),
	hold_minutes: z.int(),
	unpaid_hold_minutes: z.int(),
	active: z.boolean(),
	version: z.int(),
	start_times: z.array(z.object({ start_time: z.string() }))
});
export type StationDetail = z.infer<typeof stationDetail>;

export const stationDetailSelect =
	'id, slug, name, base_zip, latitude, longitude, timezone, service_radius_miles, free_travel_miles, min_notice_hours, ' +
	'max_advance_days, event_minutes, buffer_minutes, hold_minutes, unpaid_hold_minutes, active, version, ' +
	'start_times:station_start_times(start_time)';

interface NumberField {
	label: string;
	unit: string;
	least: number;
	most: number;
	hint?: string;
}

/** The rules of a station that are numbers, with the bounds that the database holds too. */
export const numberFields = {
	service_radius_miles: { label: 'Serves up to', unit: 'road miles', least: 1, most: 1000 },
	free_travel_miles: { label: 'Travel free up to', unit: 'road miles', least: 0, most: 1000 },
	min_notice_hours: { label: 'Books at least ahead', unit: 'hours', least: 0, most: 720 },
	max_advance_days: { label: 'Books at most ahead', unit: 'days', least: 1, most: 1095 },
	event_minutes: { label: 'Length of an event', unit: 'minutes', least: 30, most: 720 },
	buffer_minutes: { label: 'Set-up and clean-up, each', unit: 'minutes', least: 0, most: 480 },
	hold_minutes: {
		label: 'Holds a slot for the deposit',
		unit: 'minutes',
		least: 1,
		most: 10_080,
		hint: 'While it is paid online.'
	},
	unpaid_hold_minutes: {
		label: 'Holds it where deposits are asked by hand',
		unit: 'minutes',
		least: 1,
		most: 43_200,
		hint: 'While online payment is switched off.'
	}
} as const satisfies Record<string, NumberField>;

export type NumberName = keyof typeof numberFields;
export const numberNames = Object.keys(numberFields) as NumberName[];
export const stationFieldNames = ['name', 'base_zip', 'timezone', 'active', ...numberNames] as const;

export const stationLabels: Record<string, string> = {
	name: 'Name',
	base_zip: 'Base ZIP code',
	timezone: 'Time zone',
	active: 'Takes bookings',
	...Object.fromEntries(numberNames.map((name) => [name, numberFields[name].label]))
};

/** Time zones of the country we serve. */
export const timezones: Record<string, string> = {
	'America/Los_Angeles': 'Pacific',
	'America/Phoenix': 'Arizona',
	'America/Denver': 'Mountain',
	'America/Chicago': 'Central',
	'America/New_York': 'Eastern',
	'America/Anchorage': 'Alaska',
	'Pacific/Honolulu': 'Hawaii'
};

/** Changing one of these leaves coming bookings as they are, so that whoever does it should know that there are some. */
export const touchesBookings: readonly string[] = [
	'base_zip',
	'timezone',
	'service_radius_miles',
	'event_minutes',
	'buffer_minutes',
	'active'
];

/** The fields of a station as its form shows them. */
export function stationFields(station: StationDetail): Record<string, string> {
	return Object.fromEntries(stationFieldNames.map((name) => [name, String(station[name])]));
}

export interface ReadFields {
	values: Record<string, string | number | boolean>;
	/** A sentence for each field that can not be. */
	problems: Record<string, string>;
}

/** Typed fields as columns. `rest` are those that were not typed, for rules between two fields. */
export function readStationFields(typed: Record<string, string>, rest: Record<string, string> = {}): ReadFields {
	const values: ReadFields['values'] = {};
	const problems: ReadFields['problems'] = {};
	for (const [name, text] of Object.entries(typed)) {
		if (isNumber(name)) {
			const { least, most, unit } = numberFields[name];
			const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
			if (!(value >= least && value <= most))
				problems[name] = `Enter ${least} to ${most.toLocaleString('en-US')} ${unit}.`;
			values[name] = value;
		} else if (name === 'active') values.active = text === 'true';
		else values[name] = text;
	}
	if ('name' in typed && (!typed.name || typed.name.length > 80))
		problems.name = 'Enter a name of up to 80 characters.';
	if ('base_zip' in typed && !/^\d{5}$/.test(typed.base_zip ?? ''))
		problems.base_zip = 'A ZIP code has five digits, like 94538.';
	if ('timezone' in typed && !((typed.timezone ?? '') in timezones) && typed.timezone !== rest.timezone)
		problems.timezone = 'Choose a time zone.';
	const both = { ...rest, ...typed };
	if (
		('free_travel_miles' in typed || 'service_radius_miles' in typed) &&
		!problems.free_travel_miles &&
		Number(both.free_travel_miles) > Number(both.service_radius_miles)
	)
		problems.free_travel_miles = 'Not further than the station serves.';
	return { values, problems };
}

/** A station's short name in addresses: `San José` → `san-jose`. */
export function slugOf(name: string): string {
	return name
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-|-$/g, '')
		.slice(0, 40)
		.replace(/-$/, '');
}

/** `3 coming bookings keep their time`, as it follows a change of rules. */
export function keepTheirTime(count: number): string {
	return count === 1 ? '1 coming booking keeps its time' : `${count} coming bookings keep their time`;
}

function isNumber(name: string): name is NumberName {
	return name in numberFields;
}
