import * as z from 'zod/mini';
import { grouped } from '../platform/number.ts';
import { toE164 } from '../platform/phone.ts';

/**
 * The fields that more than one form of the site asks for. Each takes what a person typed (a string), trims and bounds
 * it, and gives the value as the database keeps it. The limits are those of the database functions, which check again.
 */

const tooLong = (limit: number) => ({
	error: (issue: { input?: unknown }) =>
		`Please keep this to ${grouped(limit)} characters; it has ${grouped(String(issue.input).length)}.`
});

/** Text of at most `limit` characters that may not be left out. */
export function requiredText(limit: number, message: string) {
	return z.string({ error: message }).check(z.trim(), z.minLength(1, message), z.maxLength(limit, tooLong(limit)));
}

/** Text of at most `limit` characters; absent and blank are the same. */
export function optionalText(limit: number) {
	return z._default(z.string().check(z.trim(), z.maxLength(limit, tooLong(limit))), '');
}

/** A count as typed (`"10"`, `" 4 "`) to a whole number from `least` to `most`; blank is `least` where zero is allowed. */
export function count(least: number, most: number, what: string) {
	const wrong = `Enter ${what} as a whole number, like ${Math.max(least, 10)}.`;
	return z.pipe(
		z.pipe(
			z._default(z.union([z.string(), z.number()]), ''),
			z.transform((typed) => (String(typed).trim() === '' && least === 0 ? '0' : String(typed).trim()))
		),
		z.pipe(
			z.string().check(z.regex(/^-?\d{1,9}$/, wrong)),
			z.pipe(
				z.transform(Number),
				z
					.number()
					.check(
						z.gte(least, least === 0 ? `This can't be less than zero.` : `We need at least ${least} here.`),
						z.lte(most, `We cook for up to ${most} here. For more, please contact us.`)
					)
			)
		)
	);
}

/** A US ZIP; ZIP+4 is taken and its last four dropped, because prices and distances go by the five. */
export const zip = z.pipe(
	z
		.string({ error: 'Enter the ZIP code of the venue.' })
		.check(
			z.trim(),
			z.minLength(1, 'Enter the ZIP code of the venue.'),
			z.regex(/^\d{5}(-\d{4})?$/, 'A ZIP code has five digits, like 94538.')
		),
	z.transform((typed) => typed.slice(0, 5))
);

/** A state's two letters; blank is California, where all our kitchens are. */
export const state = z._default(
	z.pipe(
		z.string().check(z.trim(), z.regex(/^([A-Za-z]{2})?$/, 'A state has two letters, like CA.')),
		z.transform((typed) => typed.toUpperCase() || 'CA')
	),
	'CA'
);

export const email = z.pipe(
	z
		.string({ error: 'Enter your e-mail address.' })
		.check(
			z.trim(),
			z.minLength(1, 'Enter your e-mail address.'),
			z.maxLength(254, tooLong(254)),
			z.regex(z.regexes.email, 'This does not look like an e-mail address. Check it for a missing @ or dot.')
		),
	z.transform((typed) => typed.toLowerCase())
);

export const phone = z.pipe(
	z.string({ error: 'Enter a phone number.' }).check(
		z.trim(),
		z.minLength(1, 'Enter a phone number.'),
		z.maxLength(40, tooLong(40)),
		z.refine((typed) => toE164(typed) !== null, 'Enter a phone number with its area code.')
	),
	z.transform((typed) => toE164(typed) ?? typed)
);

/** An e-mail address that may be left out; blank stays blank. */
export const optionalEmail = orBlank(email);

/** A phone number that may be left out; blank stays blank. */
export const optionalPhone = orBlank(phone);

/** A ZIP that may be left out; blank stays blank. */
export const optionalZip = orBlank(zip);

/** A check box of a form post (`on` or absent), or a boolean. */
export const checkbox = z.pipe(
	z.optional(z.union([z.string(), z.boolean()])),
	z.transform((value) => value === true || value === 'on' || value === 'true')
);

/** A calendar date that exists, `YYYY-MM-DD` (29 February only in leap years). */
export const isoDate = z
	.string({ error: 'Choose a date.' })
	.check(
		z.trim(),
		z.minLength(1, 'Choose a date.'),
		z.regex(/^\d{4}-\d{2}-\d{2}$/, 'Choose a date from the calendar.'),
		z.refine(isCalendarDate, 'There is no such date. Choose another.')
	);

/** A wall-clock time, `HH:MM`; seconds are dropped. */
export const clockTime = z.pipe(
	z
		.string({ error: 'Choose a start time.' })
		.check(
			z.trim(),
			z.minLength(1, 'Choose a start time.'),
			z.regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'Choose a start time from the list.')
		),
	z.transform((typed) => typed.slice(0, 5))
);

/** The field's own check and messages, but nothing typed is fine. */
function orBlank(field: z.core.$ZodType<string, string>) {
	return z._default(
		z.pipe(
			z.string().check(
				z.check<string>((context) => {
					if (context.value.trim() === '') return;
					const read = z.safeParse(field, context.value);
					if (!read.success) {
						const message = read.error.issues[0]?.message ?? 'Check this field.';
						context.issues.push({ code: 'custom', message, input: context.value });
					}
				})
			),
			z.transform((typed) => (typed.trim() === '' ? '' : z.parse(field, typed)))
		),
		''
	);
}

function isCalendarDate(text: string): boolean {
	const date = new Date(`${text}T00:00:00Z`);
	return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(text);
}
