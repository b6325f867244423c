import type { Slot, StationForZip } from '#shared/booking/schema.ts';
import { monthOf, monthRange, type Month } from '#shared/booking/calendar.ts';
import type { LiveStatus } from '#shared/platform/live.ts';
import { byDate, withDate } from '#shared/booking/slots.ts';
import { listen } from '../platform/listen.ts';
import { callRpc, unreachable, type ApiAccess, type Failure, type Outcome } from '../platform/rpc.ts';

/** What the server already knew of a calendar, if it knew a ZIP. */
interface First {
	zip: string;
	month: Month;
	slots: Slot[];
	station: StationForZip | null;
	refusal: Failure | null;
}

/** What checks answers is loaded with the first question, so that no visit waits for it. */
/** Null while it can't be fetched. */
const schemas = () => import('#shared/booking/schema.ts').catch(() => null);

/**
 * The free start times around one ZIP. Months are loaded when they are first looked at; when anybody takes or frees a
 * slot of the station, that date is read again, on every open page.
 */
export class SlotCalendar {
	zip = $state('');
	month = $state<Month>('');
	station = $state.raw<StationForZip | null>(null);
	refusal = $state.raw<Failure | null>(null);
	loading = $state(false);
	/** Whether changes of others reach this page; null while it doesn't listen. */
	live = $state.raw<LiveStatus | null>(null);
	slots = $state.raw<Slot[]>([]);
	days = $derived(byDate(this.slots));

	#api: ApiAccess;
	#loaded = new Set<Month>();
	#listening: { stationId: string; stop: () => void } | null = null;

	constructor(api: ApiAccess, month: Month, first: First | null) {
		this.#api = api;
		this.month = first?.month ?? month;
		if (!first) return;
		this.zip = first.zip;
		this.slots = first.slots;
		this.station = first.station;
		this.refusal = first.refusal;
		this.#loaded.add(first.month);
	}

	/** Shows a ZIP's calendar at the month of a date, if one is given. Anything that isn't five digits clears it. */
	async show(zip: string, date = ''): Promise<void> {
		const wanted = /^\d{5}$/.test(zip) ? zip : '';
		const month = date ? monthOf(date) : this.month;
		if (wanted === this.zip) return this.showMonth(month);
		this.zip = wanted;
		this.slots = [];
		this.station = null;
		this.refusal = null;
		this.month = month;
		this.#loaded.clear();
		if (wanted === '') return;
		const shapes = await schemas();
		if (this.zip !== wanted) return;
		if (!shapes) {
			this.refusal = unreachable;
			return;
		}
		const [station] = await Promise.all([
			callRpc(this.#api, 'station_for_zip', { p_zip: zip }, shapes.stationForZip),
			this.showMonth(this.month) // which may have been turned meanwhile
		]);
		if (this.zip !== zip) return;
		if (station.ok) this.station = station.data;
		else this.refusal = station.refusal;
		this.listen();
	}

	/** Turns to a month and loads it if it wasn't yet. */
	async showMonth(month: Month): Promise<void> {
		this.month = month;
		if (this.zip === '' || this.#loaded.has(month)) return;
		this.#loaded.add(month);
		const { from, to } = monthRange(month);
		this.loading = true;
		await this.#read(
			from,
			to,
			(read) => [...this.slots, ...read],
			() => this.#loaded.delete(month)
		);
		this.loading = false;
	}

	/** Reads one date again, because something changed there. */
	async refresh(date: string): Promise<void> {
		if (this.#loaded.has(monthOf(date))) await this.#read(date, date, (read) => withDate(this.slots, date, read));
	}

	/** Reads every month that was looked at again: after a lost connection nobody knows what was missed. */
	async refreshAll(): Promise<void> {
		for (const month of [...this.#loaded]) {
			const { from, to } = monthRange(month);
			await this.#read(from, to, (read) => [
				...this.slots.filter((slot) => monthOf(slot.event_date) !== month),
				...read
			]);
		}
	}

	/** Starts to listen for the station in view. Does nothing while there is none, or while it listens already. */
	listen(): void {
		const stationId = this.station?.station_id;
		if (!stationId || this.#listening?.stationId === stationId) return;
		this.stop();
		this.#listening = {
			stationId,
			stop: listen(this.#api, `slots:${stationId}`, {
				// Without a date it is the station itself that changed: its hours, its start times, how far it goes.
				events: {
					slots_changed: ({ date }: { date?: string }) => void (date ? this.refresh(date) : this.refreshAll())
				},
				onStatus: (status) => (this.live = status),
				onCatchUp: () => this.refreshAll()
			})
		};
	}

	stop(): void {
		this.#listening?.stop();
		this.live = null;
		this.#listening = null;
	}

	async #read(from: string, to: string, merge: (read: Slot[]) => Slot[], failed?: () => void): Promise<void> {
		const zip = this.zip;
		const shapes = await schemas();
		const outcome: Outcome<Slot[]> = shapes
			? await callRpc(this.#api, 'available_slots', { p_zip: zip, p_from: from, p_to: to }, shapes.slots)
			: { ok: false, refusal: unreachable };
		if (zip !== this.zip) return;
		if (outcome.ok) {
			this.slots = merge(outcome.data);
			this.refusal = null;
		} else {
			this.refusal = outcome.refusal;
			failed?.();
		}
	}
}
