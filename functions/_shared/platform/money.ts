const usd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** An amount in integer cents as people read it: `68000` → `$680.00`, `-500` → `-$5.00`. */
export function formatCents(cents: number): string {
	return usd.format(cents / 100);
}

/** As `formatCents`, without the cents where they are zero: `5500` → `$55`. For price lists, never for totals. */
export function formatCentsShort(cents: number): string {
	return cents % 100 === 0 ? usd.format(cents / 100).replace(/\.00$/, '') : usd.format(cents / 100);
}
