import { describe, expect, it } from 'vitest';
import { agentInWords, byArea, roleName } from './schema.ts';

const roles = [{ role: 'chef', label: 'Chef', description: '', needs_station: true }];

describe('roleName', () => {
	it('names the station of a role that has one', () => {
		expect(roleName({ role: 'chef', station_id: 'f' }, roles, [{ id: 'f', name: 'Fremont' }])).toBe('Chef · Fremont');
		expect(roleName({ role: 'owner', station_id: null }, roles, [])).toBe('owner');
	});
});

describe('byArea', () => {
	it('puts together what is about the same, in order', () => {
		const permissions = ['leads.read', 'audit.read', 'leads.write'].map((name) => ({
			permission: name,
			description: ''
		}));
		expect(byArea(permissions).map(([area, { length }]) => [area, length])).toEqual([
			['audit', 1],
			['leads', 2]
		]);
	});
});

describe('agentInWords', () => {
	it.each([
		['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
		['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1', 'Safari on iPhone'],
		['curl/8', 'Another browser'],
		[null, 'Unknown browser']
	])('%s is %s', (agent, words) => expect(agentInWords(agent)).toBe(words));
});
