import type { Access } from '#admin/identity/access.ts';
import { Route } from './routes.ts';

export interface NavItem {
	href: string;
	label: string;
	icon:
		| 'dashboard'
		| 'bookings'
		| 'calendar'
		| 'leads'
		| 'customers'
		| 'chefs'
		| 'stations'
		| 'menu'
		| 'flags'
		| 'events'
		| 'jobs'
		| 'scaling'
		| 'users'
		| 'roles'
		| 'audit'
		| 'tax'
		| 'trash'
		| 'payments'
		| 'pricing'
		| 'promo';
	/** One of these opens the page; the page's own load asks for the same. */
	needs: readonly string[];
	/** Lists that the station switcher narrows. */
	byStation?: boolean;
	/** Second key of the shortcut `g …`. */
	key?: string;
}

/** Every page of the navigation with what it needs; the one list that the shell, the palette and the pages share. */
export const pages = {
	dashboard: {
		href: Route.dashboard,
		label: 'Dashboard',
		icon: 'dashboard',
		needs: ['bookings.read', 'leads.read'],
		byStation: true,
		key: 'd'
	},
	bookings: {
		href: Route.bookings,
		label: 'Bookings',
		icon: 'bookings',
		needs: ['bookings.read'],
		byStation: true,
		key: 'b'
	},
	calendar: {
		href: Route.calendar,
		label: 'Calendar',
		icon: 'calendar',
		needs: ['bookings.read'],
		byStation: true,
		key: 'c'
	},
	leads: { href: Route.leads, label: 'Leads', icon: 'leads', needs: ['leads.read'], byStation: true, key: 'l' },
	customers: {
		href: Route.customers,
		label: 'Customers',
		icon: 'customers',
		needs: ['customers.read'],
		byStation: true,
		key: 'k'
	},
	chefs: { href: Route.chefs, label: 'Chefs', icon: 'chefs', needs: ['chefs.read'], byStation: true, key: 'h' },
	payments: {
		href: Route.payments,
		label: 'Payments',
		icon: 'payments',
		needs: ['payments.read'],
		byStation: true,
		key: 'p'
	},
	stations: {
		href: Route.stations,
		label: 'Stations',
		icon: 'stations',
		needs: ['stations.write', 'bookings.read'],
		key: 'o'
	},
	menu: { href: Route.menu, label: 'Menu', icon: 'menu', needs: ['menu.write', 'bookings.read'], key: 'm' },
	pricing: { href: Route.pricing, label: 'Prices', icon: 'pricing', needs: ['pricing.read'], key: 'i' },
	promoCodes: { href: Route.promoCodes, label: 'Promo codes', icon: 'promo', needs: ['promo_codes.read'], key: 'q' },
	flags: { href: Route.flags, label: 'Feature flags', icon: 'flags', needs: ['flags.read', 'flags.manage'], key: 'f' },
	scaling: { href: Route.scaling, label: 'Scaling health', icon: 'scaling', needs: ['scaling.read'], key: 's' },
	jobs: { href: Route.jobs, label: 'Jobs', icon: 'jobs', needs: ['jobs.read'], key: 'j' },
	tax: { href: Route.tax, label: 'Tax', icon: 'tax', needs: ['taxes.read'], key: 'x' },
	taxReport: { href: Route.taxReport, label: 'Tax report', icon: 'tax', needs: ['taxes.report'] },
	users: { href: Route.users, label: 'Users', icon: 'users', needs: ['users.read'], key: 'u' },
	roles: { href: Route.roles, label: 'Roles', icon: 'roles', needs: ['users.read'], key: 'r' },
	audit: { href: Route.audit, label: 'Audit', icon: 'audit', needs: ['audit.read'], byStation: true, key: 'a' },
	trash: { href: Route.trash, label: 'Trash', icon: 'trash', needs: ['records.delete', 'bookings.delete'], key: 't' },
	myEvents: { href: Route.myEvents, label: 'My events', icon: 'events', needs: ['bookings.assigned'], key: 'e' }
} as const satisfies Record<string, NavItem>;

/** The pages that a person may open, in order. */
export function navigationFor(access: Access): NavItem[] {
	return Object.values<NavItem>(pages).filter(({ needs }) => access.canAny(...needs));
}

/** Where a person lands after signing in: a chef has no dashboard. */
export function homeFor(access: Access): string | null {
	return navigationFor(access)[0]?.href ?? null;
}

/** A page's address with the chosen station, where that page knows stations. */
export function withStation({ href, byStation }: NavItem, station: string): string {
	return byStation && station ? `${href}?station=${encodeURIComponent(station)}` : href;
}

/** The page that an address belongs to: the longest that leads there. */
export function currentPage(path: string): NavItem | undefined {
	return Object.values<NavItem>(pages)
		.filter(({ href }) => path === href || (href !== '/' && path.startsWith(`${href}/`)))
		.sort((a, b) => b.href.length - a.href.length)[0];
}
