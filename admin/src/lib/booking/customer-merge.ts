import * as z from 'zod/mini';
import { formatPhone } from '#shared/platform/phone.ts';
import type { CustomerDetail } from './customer-schema.ts';

/** What `preview_customer_merge` answers. */
export const mergePreview = z.object({
	moves: z.record(z.string(), z.int()),
	sign_in: z.nullable(z.enum(['keep', 'merge', 'both']))
});
export type MergePreview = z.infer<typeof mergePreview>;

/** What `merge_customers` answers. */
export const mergedCustomer = z.object({
	customer_id: z.string(),
	merged_id: z.string(),
	version: z.int(),
	moved: z.record(z.string(), z.int()),
	left: z.record(z.string(), z.int())
});

export interface MergeChoice {
	field: 'name' | 'email' | 'phone' | 'sms_consent' | 'notes';
	label: string;
	options: { value: 'keep' | 'merge' | 'both'; text: string }[];
	/** What the database takes where nothing is chosen. */
	chosen: 'keep' | 'merge' | 'both';
}

const fields = ['name', 'email', 'phone', 'sms_consent', 'notes'] as const;
const labels = {
	name: 'Name',
	email: 'E-mail',
	phone: 'Phone',
	sms_consent: 'Text messages',
	notes: 'Notes that the customer sees'
};

/** The fields in which two customers differ, each with what there is to choose from. What only one has is kept anyway. */
export function mergeChoices(keep: CustomerDetail, merge: CustomerDetail): MergeChoice[] {
	return fields.flatMap((field) => {
		if (keep[field] === merge[field]) return [];
		const [mine, theirs] = [inWords(keep, field), inWords(merge, field)];
		if (!mine || !theirs) return [];
		// Consent was given for a number: where the numbers differ it follows the phone that is chosen.
		if (field === 'sms_consent' && keep.phone !== merge.phone) return [];
		const options: MergeChoice['options'] = [
			{ value: 'keep', text: mine },
			{ value: 'merge', text: theirs }
		];
		if (field === 'notes') options.push({ value: 'both', text: 'Both' });
		const signsIn = field === 'email' && !keep.user_id && merge.user_id;
		return [{ field, label: labels[field], options, chosen: field === 'notes' ? 'both' : signsIn ? 'merge' : 'keep' }];
	});
}

/** The choices of a form as the database takes them. */
export function takenFields(read: (name: string) => string): Record<string, string> {
	return Object.fromEntries(
		fields.map((field) => [field, read(`take.${field}`)]).filter(([, value]) => value !== '')
	) as Record<string, string>;
}

const things: Record<string, [string, string]> = {
	bookings: ['booking', 'bookings'],
	leads: ['lead', 'leads'],
	customer_notes: ['staff note', 'staff notes']
};

/** What moves, in words: `2 bookings`, `1 lead`. Tables that this page does not know are named as they are. */
export function linkWords(moves: Record<string, number>): string[] {
	return Object.entries(moves).map(([table, count]) => {
		const words = things[table];
		return `${count} ${words ? words[count === 1 ? 0 : 1] : table.replaceAll('_', ' ')}`;
	});
}

function inWords(customer: CustomerDetail, field: (typeof fields)[number]): string {
	if (field === 'sms_consent') return customer.sms_consent ? 'Agreed' : 'Not agreed';
	if (field === 'phone') return customer.phone ? formatPhone(customer.phone) : '';
	return customer[field] ?? '';
}
