import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLive, type LiveStatus } from './live.ts';
import { expiryMs, TokenSource } from './live-token.ts';

/** Stands in for realtime-js: what a page asks of it is written down, what the server says is played by hand. */
const server = vi.hoisted(() => {
	type Handler = (message: { event: string; payload: unknown; meta?: { id: string } }) => void;
	class Channel {
		hears: Handler = () => undefined;
		says: (status: string, error?: Error) => void = () => undefined;
		left = false;
		on(_type: string, _filter: unknown, handler: Handler) {
			this.hears = handler;
			return this;
		}
		subscribe(callback: (status: string, error?: Error) => void) {
			this.says = callback;
			return this;
		}
	}
	class RealtimeClient {
		accessToken: (() => Promise<unknown>) | undefined;
		constructor(address: string, options: { accessToken?: () => Promise<unknown> }) {
			state.addresses.push(address);
			this.accessToken = options.accessToken;
		}
		setAuth() {
			state.auths += 1;
			return this.accessToken?.();
		}
		channel() {
			const channel = new Channel();
			state.channels.push(channel);
			return channel;
		}
		removeChannel(channel: Channel) {
			channel.left = true;
			return Promise.resolve('ok');
		}
		disconnect() {
			return Promise.resolve('ok');
		}
	}
	const state = { addresses: [] as string[], channels: [] as Channel[], auths: 0, loads: 0, RealtimeClient };
	return state;
});
vi.mock('@supabase/realtime-js', () => {
	server.loads += 1;
	return { RealtimeClient: server.RealtimeClient };
});

const options = {
	url: 'https://project.example',
	apikey: 'sb_publishable_x',
	accessToken: () => Promise.resolve(null)
};
const settled = () => vi.advanceTimersByTimeAsync(0);
const channel = () => {
	const last = server.channels.at(-1);
	if (!last) throw new Error('no channel was opened');
	return last;
};

describe('createLive', () => {
	beforeEach(() => {
		vi.useFakeTimers();
		Object.assign(server, { addresses: [], channels: [], auths: 0 });
	});
	afterEach(() => vi.useRealTimers());

	it('loads nothing before the first subscription', async () => {
		const live = createLive(options);
		await settled();
		expect(server.loads).toBe(0);
		live.subscribe('flags', {});
		await vi.waitFor(() => expect(server.channels).toHaveLength(1));
		expect(server.loads).toBe(1);
		expect(server.addresses).toEqual(['wss://project.example/realtime/v1']);
	});

	const joined = async (isPrivate = false) => {
		const seen = { heard: [] as unknown[], catchUps: 0, statuses: [] as LiveStatus[] };
		const live = createLive(options);
		const stop = live.subscribe('flags', {
			private: isPrivate,
			events: { flag_changed: (payload: unknown) => seen.heard.push(payload) },
			onCatchUp: () => (seen.catchUps += 1),
			onStatus: (status) => seen.statuses.push(status)
		});
		await vi.waitFor(() => expect(server.channels).toHaveLength(1));
		channel().says('SUBSCRIBED');
		return { live, seen, stop };
	};

	it('hears a message once, however often it comes', async () => {
		const { seen } = await joined();
		const message = { event: 'flag_changed', payload: { key: 'stripe' }, meta: { id: '1' } };
		channel().hears(message);
		channel().hears(message);
		channel().hears({ ...message, meta: { id: '2' } });
		channel().hears({ event: 'other', payload: {}, meta: { id: '3' } });
		expect(seen.heard).toHaveLength(2);
	});

	it('catches up once for each join, and leaves rejoining after a lost socket to the library', async () => {
		const { seen } = await joined();
		channel().says('CHANNEL_ERROR', new Error('socket closed: 1006'));
		channel().says('SUBSCRIBED');
		expect(seen.catchUps).toBe(2);
		expect(seen.statuses).toEqual(['connecting', 'live', 'reconnecting', 'live']);
		expect(server.channels).toHaveLength(1);
	});

	it('joins anew with a new token when the server closed the channel', async () => {
		const { seen } = await joined();
		const auths = server.auths;
		channel().says('CLOSED');
		await vi.advanceTimersByTimeAsync(50);
		expect(server.channels).toHaveLength(2);
		expect(server.auths).toBe(auths + 1);
		channel().says('SUBSCRIBED');
		expect(seen.catchUps).toBe(2);
	});

	it('tells a token source that it shares when the server closed the channel', async () => {
		const ask = vi.fn(() => Promise.resolve(null));
		const tokens = new TokenSource(ask);
		const { url, apikey } = options;
		createLive({ url, apikey, tokens }).subscribe('flags', {});
		await vi.waitFor(() => expect(server.channels).toHaveLength(1));
		expect(ask).toHaveBeenCalledTimes(1);
		channel().says('CLOSED');
		await vi.advanceTimersByTimeAsync(50);
		await tokens.get();
		expect(ask).toHaveBeenCalledTimes(2);
	});

	it('waits longer each time when the server closes it again and again', async () => {
		await joined();
		const openings: number[] = [];
		for (const waitMs of [50, 1_000, 2_000, 5_000, 10_000, 10_000]) {
			channel().says('CLOSED');
			await vi.advanceTimersByTimeAsync(waitMs - 1);
			const before = server.channels.length;
			await vi.advanceTimersByTimeAsync(1);
			openings.push(server.channels.length - before);
			channel().says('SUBSCRIBED');
		}
		expect(openings).toEqual([1, 1, 1, 1, 1, 1]);
	});

	it('says denied, asks again a minute later, and is live when rights were given', async () => {
		const { seen } = await joined(true);
		channel().says('CHANNEL_ERROR', new Error('Unauthorized: You do not have permissions'));
		await vi.advanceTimersByTimeAsync(59_999);
		expect(server.channels).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(1);
		channel().says('SUBSCRIBED');
		expect(seen.statuses).toEqual(['connecting', 'live', 'denied', 'live']);
	});

	it('hears nothing after it stopped', async () => {
		const { seen, stop } = await joined();
		stop();
		channel().hears({ event: 'flag_changed', payload: {}, meta: { id: '1' } });
		channel().says('SUBSCRIBED');
		expect([seen.heard, seen.catchUps]).toEqual([[], 1]);
		await settled();
		expect(channel().left).toBe(true);
	});
});

describe('TokenSource', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => vi.useRealTimers());
	const token = (secondsLeft: number) =>
		`h.${btoa(JSON.stringify({ exp: Date.now() / 1000 + secondsLeft })).replaceAll('=', '')}.s`;

	it('asks once for all who wait, and again a minute before the end', async () => {
		const ask = vi.fn(() => Promise.resolve(token(600)));
		const tokens = new TokenSource(ask);
		await Promise.all([tokens.get(), tokens.get()]);
		vi.advanceTimersByTime(539_000);
		await tokens.get();
		expect(ask).toHaveBeenCalledTimes(1);
		vi.advanceTimersByTime(2_000);
		await tokens.get();
		expect(ask).toHaveBeenCalledTimes(2);
	});

	it('asks again when the server refused the token, and after an error', async () => {
		const ask = vi.fn<() => Promise<string | null>>().mockRejectedValueOnce(new Error('offline'));
		ask.mockImplementation(() => Promise.resolve(token(600)));
		const tokens = new TokenSource(ask);
		await expect(tokens.get()).rejects.toThrow('offline');
		await tokens.get();
		tokens.expire();
		await tokens.get();
		expect(ask).toHaveBeenCalledTimes(3);
	});

	it.each(['', 'x', 'a.b.c', 'a.e30.c'])('never keeps a token whose end it can not read: "%s"', (unreadable) => {
		expect(expiryMs(unreadable)).toBe(0);
	});
});
