/**
 * The matrix of topics over the websocket, with the official client: who may join joins, who may not is told so; and whoever
 * listens where they may hears nothing of the other station — no new row, no change, no deletion, no presence.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { people, roles, sides, type Role, type Side } from '../db/matrix.ts';
import { rowTopics, staffTopics, stationTopics, type TopicRule } from '../db/topics.ts';
import { backends, startInProcessApi, type InProcessApi } from '../in-process-api.ts';
import { until } from '../until.ts';

const folder = join(import.meta.dirname, '../db');
const rules = [
	...Object.entries(stationTopics).map(([name, rule]) => ({ name: `station ${name}`, rule })),
	...Object.entries(staffTopics).map(([name, rule]) => ({ name: `staff ${name}`, rule })),
	...Object.entries(rowTopics).map(([name, rule]) => ({ name, rule }))
];

interface Listener {
	channel: RealtimeChannel;
	joined: boolean;
	/** Payloads and presence, in order. */
	heard: unknown[];
}

describe.each(backends)('topics on %s', (backend) => {
	let api: InProcessApi;
	const clients = new Map<Role, SupabaseClient>();
	const names = new Map<string, string>();
	const listeners = new Map<string, Listener>();

	const key = (role: Role, topic: string) => `${role} ${topic}`;
	const topicOf = (rule: TopicRule, side: Side) => names.get(rule.topic(side)) ?? '';
	const allowed = (rule: TopicRule, role: Role, side: Side) =>
		rule.expected[role] === 'all' || (rule.expected[role] === 'own' && side === 'own');
	const listener = (role: Role, topic: string) => {
		const found = listeners.get(key(role, topic));
		if (!found) throw new Error(`${role} did not try ${topic}`);
		return found;
	};

	async function listen(role: Role, topic: string): Promise<void> {
		const client = clients.get(role);
		if (!client) throw new Error(role);
		const config = { private: true, presence: { enabled: true, key: role } };
		const channel = client.channel(topic, { config });
		const one: Listener = { channel, joined: false, heard: [] };
		channel.on('broadcast', { event: '*' }, ({ payload }) => one.heard.push(payload));
		channel.on('presence', { event: 'join' }, ({ key: who }) => one.heard.push({ presence: who }));
		listeners.set(key(role, topic), one);
		await new Promise<void>((resolve) => {
			channel.subscribe((status) => {
				if (status === 'SUBSCRIBED') one.joined = true;
				resolve();
			});
		});
		// The client would ask again and again.
		if (!one.joined) await client.removeChannel(channel);
	}

	/** Waits until every message that the database sent before is through: one more, to somebody who hears everything. */
	async function settled(topic: string): Promise<void> {
		const mark = crypto.randomUUID();
		await send(topic, { mark });
		const { heard } = listener('super_admin', topic);
		await until(() => heard.some((payload) => (payload as { mark?: string }).mark === mark), {
			what: `${topic} to settle`
		});
	}
	const send = (topic: string, payload: object) =>
		api.db.query(`select realtime.send($1::text::jsonb, 'changed', $2, true)`, [JSON.stringify(payload), topic]);

	beforeAll(async () => {
		api = await startInProcessApi(backend);
		for (const file of ['helpers.sql', 'matrix.sql']) await api.db.exec(await readFile(join(folder, file), 'utf8'));
		for (const { rule } of rules)
			for (const side of sides) {
				const [row] = await api.db.query<{ name: string }>(`select ${rule.topic(side)} as name`);
				names.set(rule.topic(side), row?.name ?? '');
			}
		for (const role of roles) {
			const client = role === 'anon' ? api.client() : api.client({ token: await api.signIn(people[role]) });
			await client.realtime.setAuth();
			clients.set(role, client);
			await Promise.all([...new Set(names.values())].map((topic) => listen(role, topic)));
		}
	}, 180_000);
	afterAll(async () => {
		for (const client of clients.values()) void client.realtime.disconnect();
		await api?.stop();
	});

	it('every topic that has a permission has a line in tests/db/topics.ts', async () => {
		const rows = await api.db.query<{ topic: string }>(
			`select scope || ' ' || what as topic from private.topic_permissions order by 1`
		);
		const declared = rules.map(({ name }) => name);
		expect(
			rows.filter(({ topic }) => !declared.includes(topic)),
			'add them to tests/db/topics.ts'
		).toEqual([]);
		const stale = Object.keys(stationTopics).filter((what) => !rows.some(({ topic }) => topic === `station ${what}`));
		expect(stale).toEqual([]);
	});

	describe.each(rules)('$name', ({ rule }) => {
		it.each(roles)('%s joins what the declaration says', (role) => {
			for (const side of sides)
				expect(listener(role, topicOf(rule, side)).joined, side).toBe(allowed(rule, role, side));
		});
	});

	it('nobody hears of a topic that they may not join: rows that come, change and go', async () => {
		const topics = [...new Set(names.values())];
		for (const topic of topics) for (const op of ['INSERT', 'UPDATE', 'DELETE']) await send(topic, { op, topic });
		for (const { rule } of rules)
			for (const side of sides) {
				const topic = topicOf(rule, side);
				const hearing = roles.filter((role) => allowed(rule, role, side));
				for (const role of hearing) {
					const { heard } = listener(role, topic);
					const ops = () => heard.filter((payload) => (payload as { topic?: string }).topic === topic);
					await until(() => ops().length === 3, { what: `${role} to hear ${topic}` });
				}
				for (const role of roles)
					if (!hearing.includes(role)) expect(listener(role, topic).heard, `${role} ${topic}`).toEqual([]);
			}
		// Whoever listens to the own station heard nothing of another topic on that channel either.
		for (const [name, { heard }] of listeners)
			for (const payload of heard) {
				const { topic } = payload as { topic?: string };
				if (topic) expect(name).toContain(topic);
			}
	});

	it('a booking and a lead of the other station, made, changed and deleted, are told to those of that station only', async () => {
		for (const side of sides) {
			for (const table of ['booking', 'lead'])
				await api.db
					.exec(`update public.${table}s set notes = 'changed' where id = tests.fixture('${table}', '${side}');
					update public.${table}s set deleted_at = now(), delete_reason = 'No longer needed' where id = tests.fixture('${table}', '${side}')`);
		}
		const ops = (role: Role, rule: TopicRule | undefined, side: Side) =>
			rule
				? listener(role, topicOf(rule, side)).heard.flatMap((payload) => {
						const { id, op } = payload as { id?: string; op?: string; topic?: string };
						return id && op ? [op] : [];
					})
				: [];
		for (const what of ['bookings', 'leads'] as const) {
			const rule = stationTopics[what];
			if (!rule) throw new Error(what);
			for (const side of sides) await settled(topicOf(rule, side));
			expect(ops('station_manager', rule, 'own'), what).toEqual(expect.arrayContaining(['UPDATE', 'DELETE']));
			expect(ops('super_admin', rule, 'other'), what).toEqual(expect.arrayContaining(['UPDATE', 'DELETE']));
			for (const role of ['station_manager', 'chef', 'customer', 'anon'] as const)
				expect(ops(role, rule, 'other'), `${role} ${what}`).toEqual([]);
		}
	});

	it('a bulk write tells the audit’s readers once, and other stations’ never', async () => {
		const rule = stationTopics.audit;
		if (!rule) throw new Error('audit');
		for (const side of sides) await settled(topicOf(rule, side));
		const before = listener('super_admin', topicOf(rule, 'other')).heard.length;
		await api.db.exec(
			`begin; update public.leads set notes = notes || '.' where station_id = tests.fixture('station', 'other'); commit`
		);
		await api.db.exec(`do $$ begin for n in 1..30 loop
			insert into public.leads (station_id, email, source) values (tests.fixture('station', 'other'), 'bulk' || n || '@example.test', 'website');
			end loop; end $$`);
		await settled(topicOf(rule, 'other'));
		const said = listener('super_admin', topicOf(rule, 'other')).heard.slice(before);
		expect(said.filter((payload) => !('mark' in (payload as object)))).toHaveLength(2);
		expect(listener('station_manager', topicOf(rule, 'other')).heard).toEqual([]);
	});

	it('presence is shown to those who may be there, and to nobody else', async () => {
		const rule = stationTopics.bookings;
		if (!rule) throw new Error('bookings');
		const [own, other] = [topicOf(rule, 'own'), topicOf(rule, 'other')];
		await listener('admin', other).channel.track({ at: 'other' });
		await listener('admin', own).channel.track({ at: 'own' });
		const present = (role: Role, topic: string) =>
			listener(role, topic).heard.filter((payload) => (payload as { presence?: string }).presence === 'admin');
		await until(() => present('station_manager', own).length === 1 && present('super_admin', other).length === 1, {
			what: 'the presence to arrive'
		});
		for (const role of ['station_manager', 'chef', 'customer', 'anon'] as const)
			expect(present(role, other), role).toEqual([]);
	});
});
