import type { BookingValues } from '../booking/choices.ts';

/** Parameters of a shared address (`?zip=94538&adults=10&upgrade_lobster=4`) to typed values. Unknown ones are left out. */
export function valuesFromParams(params: URLSearchParams, codes: Iterable<string>): BookingValues {
	const values: BookingValues = {};
	const take = (name: string, path: string) => {
		const value = params.get(name);
		if (value !== null) values[path] = value.slice(0, 40);
	};
	take('zip', 'venue.zip');
	take('promo', 'promo_code');
	for (const name of ['adults', 'children', 'toddlers', 'date', 'time']) take(name, name);
	for (const code of codes) take(code, `items.${code}`);
	return values;
}

/** The address parameters of typed values: what `valuesFromParams` reads. Blank and zero counts are left out. */
export function paramsFromValues(values: BookingValues): URLSearchParams {
	const params = new URLSearchParams();
	const put = (name: string, value: string | undefined) => {
		if (value !== undefined && value !== '' && value !== '0') params.set(name, value);
	};
	put('zip', values['venue.zip']);
	for (const name of ['adults', 'children', 'toddlers', 'date', 'time']) put(name, values[name]);
	put('promo', values.promo_code);
	for (const path of Object.keys(values).sort()) {
		if (path.startsWith('items.')) put(path.slice('items.'.length), values[path]);
	}
	return params;
}
