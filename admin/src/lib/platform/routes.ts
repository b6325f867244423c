/** Every address of the panel, in one place. */
export const Route = {
	dashboard: '/',
	login: '/login',
	logout: '/logout',
	bookings: '/bookings',
	calendar: '/bookings/calendar',
	newBooking: '/bookings/new',
	booking: (id: string) => `/bookings/${id}`,
	leads: '/leads',
	leadBoard: '/leads/board',
	lead: (id: string) => `/leads/${id}`,
	customers: '/customers',
	customer: (id: string) => `/customers/${id}`,
	stations: '/stations',
	station: (id: string) => `/stations/${id}`,
	menu: '/menu',
	newMenuItem: '/menu/new',
	menuItem: (id: string) => `/menu/${id}`,
	chefs: '/chefs',
	chef: (id: string) => `/chefs/${id}`,
	flags: '/flags',
	scaling: '/scaling',
	jobs: '/jobs',
	users: '/users',
	user: (id: string) => `/users/${id}`,
	roles: '/roles',
	account: '/account',
	audit: '/audit',
	auditEntry: (id: string) => `/audit/${id}`,
	trash: '/trash',
	payments: '/payments',
	paymentAttention: '/payments/attention',
	paymentDisputes: '/payments/disputes',
	paymentReconciliation: '/payments/reconciliation',
	paymentSettings: '/payments/settings',
	myEvents: '/chef',
	sessionToken: '/session/token'
} as const;

/** Turns a typed number into a `tel:` link, a venue into one that opens the phone's maps. */
export const Link = {
	phone: (e164: string) => `tel:${e164}`,
	email: (address: string) => `mailto:${address}`,
	map: (venue: string) => `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(venue)}`
} as const;
