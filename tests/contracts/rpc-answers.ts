/** The answers of RPCs that the apps read, each with the schema that they read it by. */
import type * as z from 'zod';
import { grants } from '../../admin/src/lib/identity/access.ts';
import { mergedCustomer, mergePreview } from '../../admin/src/lib/booking/customer-merge.ts';
import { duplicates } from '../../admin/src/lib/booking/customer-schema.ts';
import { movedItem } from '../../admin/src/lib/catalog/schema.ts';
import { dashboard } from '../../admin/src/lib/booking/dashboard.ts';
import { assignments } from '../../admin/src/lib/booking/assignments.ts';
import { assignmentAnswer, changedBooking, chefProgress, linkedCustomer } from '#shared/booking/answers.ts';
import { bookingAnswer, bookingRequest, guestBooking, slots, stationForZip } from '#shared/booking/schema.ts';
import { siteCatalog } from '#shared/catalog/schema.ts';
import { capturedLead } from '#shared/leads/answers.ts';
import { documentFile, listedDocument } from '#shared/payments/documents.ts';
import { ownBalances, paymentPage, paymentProgress, paymentQuote, reportedPayment } from '#shared/payments/schema.ts';
import {
	priceCancelled,
	pricedDays,
	pricePreview,
	priceSet,
	quote,
	quoteExplained,
	ruleSaved
} from '#shared/pricing/schema.ts';

export type Schema = z.core.$ZodType;

export const rpcAnswers = {
	assign_chef: changedBooking,
	assignment_deed: assignmentAnswer,
	available_slots: slots,
	cancel_booking: changedBooking,
	cancel_scheduled_price: priceCancelled,
	capture_lead: capturedLead,
	chef_progress: chefProgress,
	confirm_booking: changedBooking,
	create_booking: bookingAnswer,
	dashboard,
	document_file: documentFile,
	end_price_rule: ruleSaved,
	explain_quote: quoteExplained,
	customer_duplicates: duplicates,
	get_booking: guestBooking,
	issue_invoice: listedDocument,
	link_my_customer: linkedCustomer,
	move_booking: changedBooking,
	merge_customers: mergedCustomer,
	move_menu_item: movedItem,
	my_assignments: assignments,
	my_balances: ownBalances,
	my_permissions: grants,
	payment_page: paymentPage,
	payment_progress: paymentProgress,
	preview_price: pricePreview,
	price_calendar: pricedDays,
	preview_customer_merge: mergePreview,
	quote_event: quote,
	quote_payment: paymentQuote,
	report_payment: reportedPayment,
	reschedule_booking: changedBooking,
	save_price_rule: ruleSaved,
	set_price: priceSet,
	site_catalog: siteCatalog,
	station_for_zip: stationForZip,
	update_booking: changedBooking,
	void_document: listedDocument
} satisfies Record<string, Schema>;

/** Schemas of arguments that are JSON themselves, by function and argument. */
export const rpcArguments: Record<string, Record<string, Schema>> = {
	create_booking: { p_request: bookingRequest }
};
