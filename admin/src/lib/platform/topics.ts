import type { Access } from '#admin/identity/access.ts';
import type { Station } from '#admin/stations/schema.ts';

/** Names of the private topics, as the triggers send to them. */
export const Topic = {
	bookings: (stationId: string) => `station:${stationId}:bookings`,
	leads: (stationId: string) => `station:${stationId}:leads`,
	audit: (stationId: string) => `station:${stationId}:audit`,
	trash: (stationId: string) => `station:${stationId}:trash`,
	payments: (stationId: string) => `station:${stationId}:payments`,
	customers: (stationId: string) => `station:${stationId}:customers`,
	booking: (id: string) => `booking:${id}`,
	chef: (id: string) => `chef:${id}`,
	user: (id: string) => `user:${id}`,
	access: 'staff:access',
	promoCodes: 'staff:promo_codes',
	pricing: 'staff:pricing',
	flags: 'staff:flags',
	menu: 'staff:menu',
	stations: 'staff:stations',
	scaling: 'staff:scaling',
	taxes: 'staff:taxes',
	companyCustomers: 'staff:customers',
	companyAudit: 'staff:audit',
	companyTrash: 'staff:trash',
	companyPayments: 'staff:payments'
} as const;

/** The topics of every station where the permission is held, or of the chosen one only. */
export function stationTopics(
	topic: (stationId: string) => string,
	permission: string,
	access: Access,
	stations: readonly Station[],
	chosen: string | null
): string[] {
	return access
		.stationsWith(permission, stations)
		.filter(({ id }) => chosen === null || id === chosen)
		.map(({ id }) => topic(id));
}

/** The same, and head office's own topic where the permission is held for all stations and no station was chosen. */
export function officeTopics(
	topic: (stationId: string) => string,
	company: string,
	permission: string,
	access: Access,
	stations: readonly Station[],
	chosen: string | null
): string[] {
	const topics = stationTopics(topic, permission, access, stations, chosen);
	return chosen === null && access.can(permission, null) ? [...topics, company] : topics;
}
