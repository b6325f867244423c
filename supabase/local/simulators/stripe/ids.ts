import { randomInt } from 'node:crypto';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `pi_…`, `cs_test_…`: a prefix and as many random letters and digits as Stripe gives. */
export function newId(prefix: string, length = 24): string {
	return `${prefix}_${Array.from({ length }, () => letters[randomInt(letters.length)]).join('')}`;
}

/** Stripe's clock: whole seconds since 1970. */
export function seconds(): number {
	return Math.floor(Date.now() / 1000);
}
