import { grouped } from './number.ts';

/** An amount in integer cents as people read it: `68000` → `$680.00`, `-500` → `-$5.00`. */
export function formatCents(cents: number): string {
	const whole = Math.abs(Math.round(cents));
	const sign = cents < 0 && whole > 0 ? '-' : '';
	return `${sign}$${grouped(Math.floor(whole / 100))}.${String(whole % 100).padStart(2, '0')}`;
}

/** As `formatCents`, without the cents where they are zero: `5500` → `$55`. For price lists, never for totals. */
export function formatCentsShort(cents: number): string {
	return formatCents(cents).replace(/\.00$/, '');
}
