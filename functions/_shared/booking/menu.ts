import type { Choices } from './choices.ts';

export interface Guests {
	adults: number;
	children: number;
	toddlers: number;
}

/** Proteins that belong to a dinner: two a guest, more by the third-protein option. */
export const proteinsPerGuest = 2;

export interface ProteinCount {
	chosen: number;
	/** Two for every guest who pays; under-sixes may share or choose. */
	expected: number;
	/** The most that the chosen guests and third proteins allow. */
	allowed: number;
}

/** How many proteins are chosen, upgrades among them, and how many belong to these guests. */
export function countProteins(choices: Choices, upgrades: ReadonlySet<string>, guests: Guests): ProteinCount {
	const sum = (counts: { quantity: number }[]) => counts.reduce((total, { quantity }) => total + quantity, 0);
	const third = sum(choices.items.filter(({ code }) => code === 'protein_third'));
	return {
		chosen: sum(choices.proteins) + sum(choices.items.filter(({ code }) => upgrades.has(code))),
		expected: proteinsPerGuest * (guests.adults + guests.children) + third,
		allowed: proteinsPerGuest * (guests.adults + guests.children + guests.toddlers) + third
	};
}

/**
 * What doesn't fit between menu and guests, by field path: more of an item than guests, more sake than adults, more proteins
 * than places. Too few is no error: the rest can be told later. The database checks the same of what is priced.
 */
export function menuProblems(choices: Choices, upgrades: ReadonlySet<string>, guests: Guests): Record<string, string> {
	const problems: Record<string, string> = {};
	const all = guests.adults + guests.children + guests.toddlers;
	for (const { code, quantity } of choices.items) {
		if (code === 'addon_sake' && quantity > guests.adults) {
			problems[`items.${code}`] = `Sake is for guests of 21 and over: at most ${guests.adults} here.`;
		} else if (quantity > all) {
			problems[`items.${code}`] = `At most one a guest: ${all} here.`;
		}
	}
	const { chosen, allowed } = countProteins(choices, upgrades, guests);
	if (chosen > allowed) {
		const last = choices.proteins.at(-1);
		const upgrade = choices.items.findLast(({ code }) => upgrades.has(code));
		const path = last ? `proteins.${last.code}` : `items.${upgrade?.code}`;
		problems[path] ??= `You chose ${chosen} proteins for ${allowed} places. Take some off, or add third proteins.`;
	}
	return problems;
}
