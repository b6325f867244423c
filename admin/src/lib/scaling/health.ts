import * as z from 'zod/mini';
import { span } from './jobs.ts';

export const panels = {
	database: 'Database',
	cache: 'Cache and realtime',
	ai: 'AI',
	application: 'Application'
} as const;

const unit = z.enum(['%', 'ms', 's', 'GB', 'USD', 'count']);
export type Unit = z.infer<typeof unit>;

/** One metric as `scaling_health()` shows it: measured while it was asked. */
export const metric = z.object({
	metric: z.string(),
	panel: z.enum(['database', 'cache', 'ai', 'application']),
	label: z.string(),
	unit,
	/** `below`: worse when lower. */
	direction: z.enum(['above', 'below']),
	warning: z.number(),
	critical: z.number(),
	/** Null while nothing measures it; `missing` then says why. */
	value: z.nullable(z.number()),
	missing: z.nullable(z.string()),
	level: z.enum(['ok', 'warning', 'critical', 'unknown']),
	advice: z.string(),
	/** File of docs/guides. */
	guide: z.nullable(z.string()),
	version: z.number(),
	/** Figures of the last checks, oldest first. */
	trend: z.array(z.number())
});
export type Metric = z.infer<typeof metric>;

export const recommendation = z.object({
	id: z.string(),
	metric: z.string(),
	label: z.string(),
	unit,
	level: z.enum(['warning', 'critical']),
	status: z.enum(['open', 'snoozed', 'acknowledged']),
	value: z.number(),
	threshold: z.number(),
	snoozed_until: z.nullable(z.string()),
	created_at: z.string(),
	advice: z.string(),
	guide: z.nullable(z.string())
});
export type Recommendation = z.infer<typeof recommendation>;

const shownHealth = z.object({
	enabled: z.literal(true),
	as_of: z.string(),
	status: z.enum(['ok', 'warning', 'critical']),
	heartbeat_age_seconds: z.nullable(z.number()),
	/** When the job last checked; null before the first time. */
	checked_at: z.nullable(z.string()),
	metrics: z.array(metric),
	recommendations: z.array(recommendation)
});

/** What `scaling_health()` answers; nothing is measured while the flag scaling_dashboard is off. */
export const scalingHealth = z.discriminatedUnion('enabled', [shownHealth, z.object({ enabled: z.literal(false) })]);
export type ShownHealth = z.infer<typeof shownHealth>;

export const levelTone = { ok: 'success', warning: 'warning', critical: 'danger', unknown: 'neutral' } as const;
export const levelWord = { ok: 'Healthy', warning: 'Warning', critical: 'Critical', unknown: 'Not measured' } as const;

/** A figure with its unit: `71.5 %`, `1,200`, `$300`, `12 min`. */
export function figure(value: number, of: Unit): string {
	const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: value < 10 ? 2 : 1 }).format(value);
	switch (of) {
		case 'count':
			return number;
		case 'USD':
			return `$${number}`;
		case 's':
			return value < 10 ? `${number} s` : span(value);
		default:
			return `${number} ${of}`;
	}
}

/** An SVG path through the values, oldest left, in a box of the given size; empty for less than two. */
export function sparkline(values: readonly number[], width: number, height: number): string {
	if (values.length < 2) return '';
	const low = Math.min(...values);
	const range = Math.max(...values) - low;
	const step = width / (values.length - 1);
	return values
		.map((value, index) => {
			// What does not change is a line through the middle.
			const y = range === 0 ? height / 2 : height - ((value - low) / range) * height;
			return `${index === 0 ? 'M' : 'L'}${round(index * step)} ${round(y)}`;
		})
		.join('');
}

/** What the trend does, for those who do not see it. */
export function trendInWords(values: readonly number[], of: Unit): string {
	const first = values[0];
	const last = values.at(-1);
	if (first === undefined || last === undefined || values.length < 2) return 'No trend yet';
	return `From ${figure(first, of)} to ${figure(last, of)} over the last ${values.length} checks`;
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}
