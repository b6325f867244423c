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
