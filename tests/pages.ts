/** The public pages of the customer site, as the accessibility, security and weight tests visit them. */
export const publicPages = [
	'/',
	'/menu',
	'/quote',
	'/BookUs',
	'/contact',
	'/login',
	'/register',
	'/terms',
	'/privacy',
	'/allergens',
	'/blog'
] as const;

/** Pages that show states of the same: an itemised quote, slots for a ZIP code, an unknown address. */
export const pageStates = ['/quote?zip=94538&adults=10&children=2', '/BookUs?zip=94538', '/no-such-page'] as const;

/** Pages of the admin panel, as a super admin sees them. */
export const adminPages = [
	'/',
	'/bookings',
	'/bookings/calendar',
	'/bookings/new',
	'/leads',
	'/customers',
	'/chefs',
	'/stations',
	'/menu',
	'/menu/new',
	'/flags',
	'/pricing',
	'/pricing/rules',
	'/pricing/history',
	'/promo-codes',
	'/promo-codes/new',
	'/users',
	'/roles',
	'/tax',
	'/tax/import',
	'/tax/report',
	'/audit',
	'/trash',
	'/jobs',
	'/scaling',
	'/payments',
	'/payments/attention',
	'/payments/disputes',
	'/payments/reconciliation',
	'/payments/settings',
	'/account'
] as const;

/** States of the same: found nothing, a move that is proposed, a day of each chef, an unknown address; and pages of one record. */
export function adminPageStates(ids: { booking: string; lead: string; chef: string }): string[] {
	return [
		'/bookings?when=all',
		'/bookings?q=nobody-is-called-this',
		`/bookings/${ids.booking}?move=2027-03-01`,
		'/bookings/new?zip=94538&adults=10&from=2027-03-01',
		'/bookings/calendar?view=chefs',
		'/leads/board',
		`/leads/${ids.lead}`,
		`/chefs/${ids.chef}`,
		'/chef',
		'/no-such-page'
	];
}
