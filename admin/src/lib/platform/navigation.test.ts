import { describe, expect, it } from 'vitest';
import { Access } from '#admin/identity/access.ts';
import { currentPage, homeFor, navigationFor, pages, withStation } from './navigation.ts';

const access = (...permissions: string[]) =>
	new Access(permissions.map((permission) => ({ permission, station_id: null })));

describe('the navigation', () => {
	it('offers only what the permissions open', () => {
		expect(navigationFor(access('leads.read')).map(({ label }) => label)).toEqual(['Dashboard', 'Leads']);
	});
	it('takes a chef straight to the own events', () => {
		expect(homeFor(access('bookings.assigned', 'chefs.own'))).toBe('/chef');
	});
	it('leads nowhere without a permission', () => {
		expect(homeFor(access())).toBeNull();
	});
	it('keeps the chosen station where a page knows stations', () => {
		expect(withStation(pages.leads, 'fremont')).toBe('/leads?station=fremont');
		expect(withStation(pages.flags, 'fremont')).toBe('/flags');
	});
	it('knows the page that an address belongs to', () => {
		expect(currentPage('/bookings/calendar')?.label).toBe('Calendar');
		expect(currentPage('/bookings/123')?.label).toBe('Bookings');
		expect(currentPage('/')?.label).toBe('Dashboard');
		expect(currentPage('/nowhere')).toBeUndefined();
	});
});
