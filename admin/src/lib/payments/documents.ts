import * as z from 'zod/mini';

/** An invoice or a receipt as the panel lists it. */
export const bookingDocument = z.object({
	id: z.string(),
	kind: z.enum(['invoice', 'receipt']),
	number: z.string(),
	status: z.enum(['issued', 'void']),
	total_cents: z.int(),
	created_at: z.string(),
	/** Set once the PDF can be opened. */
	sha256: z.nullable(z.string()),
	void_reason: z.nullable(z.string()),
	replaces: z.nullable(z.string())
});
export type BookingDocument = z.infer<typeof bookingDocument>;
