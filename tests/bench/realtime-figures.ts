import { createClient } from '@supabase/supabase-js';
import { rpc, bookingRequest, signIn, slots } from '../api.ts';
import type { StackStatus } from '../stack.ts';
import { until } from '../until.ts';
import { percentile, type Figure } from './figures.ts';

/**
 * From the answer of `create_booking` (its transaction has committed by then) to the message on a manager's open list:
 * 100 bookings, one after the other, over the real client. A message that was there before the answer counts as 0 ms.
 */
export async function realtimeFigures(stack: StackStatus): Promise<Figure[]> {
	const token = await signIn(stack, 'manager.fremont@demo.test');
	const client = createClient(stack.API_URL, stack.PUBLISHABLE_KEY, { accessToken: async () => token });
	await client.realtime.setAuth();
	const station = (await rpc<{ station_id: string }>(stack, 'station_for_zip', { p_zip: '94538' })).body.station_id;
	const arrived = new Map<string, number>();
	const channel = client.channel(`station:${station}:bookings`, { config: { private: true } });
	channel.on('broadcast', { event: 'booking_changed' }, ({ payload }: { payload: { id: string } }) => {
		if (!arrived.has(payload.id)) arrived.set(payload.id, performance.now());
	});
	let joined = false;
	channel.subscribe((status) => (joined = status === 'SUBSCRIBED'));
	await until(() => joined, { what: 'the channel to be joined' });

	const times: number[] = [];
	const free = (await slots(stack, '94538', 121, 180)).filter(({ capacity }) => capacity > 0);
	for (const slot of free.slice(0, 100)) {
		const made = await rpc<{ booking_id?: string }>(stack, 'create_booking', {
			p_request: bookingRequest({ starts_at: slot.starts_at })
		});
		const answered = performance.now();
		const id = made.body.booking_id;
		if (!id) continue;
		times.push(Math.max(0, (await until(() => arrived.get(id), { everyMs: 1, what: 'the message' })) - answered));
	}
	await client.removeAllChannels();
	if (times.length < 50) throw new Error(`Only ${times.length} of 100 bookings could be made.`);
	return [{ what: 'commit → another screen, p95', measured: percentile(times, 95), unit: 'ms', must: 250, aim: 60 }];
}
