import type { Item } from './form.ts';

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

/** How many proteins are chosen and how many belong to these guests. `proteinCodes` are those of kind protein or upgrade. */
export function countProteins(items: Item[], proteinCodes: ReadonlySet<string>, guests: Guests): ProteinCount {
	const of = (wanted: (code: string) => boolean) =>
		items.reduce((sum, item) => (wanted(item.code) ? sum + item.quantity : sum), 0);
	const third = of((code) => code === 'protein_third');
	return {
		chosen: of((code) => proteinCodes.has(code)),
		expected: proteinsPerGuest * (guests.adults + guests.children) + third,
		allowed: proteinsPerGuest * (guests.adults + guests.children + guests.toddlers) + third
	};
}

/**
 * What doesn't fit between menu and guests, by field path: more proteins than plates, more third proteins than guests,
 * more sake than adults. Too few is no error: the rest can be told later.
 */
export function menuProblems(items: Item[], proteinCodes: ReadonlySet<string>, guests: Guests): Record<string, string> {
	const problems: Record<string, string> = {};
	const all = guests.adults + guests.children + guests.toddlers;
	const quantity = (code: string) => items.find((item) => item.code === code)?.quantity ?? 0;
	const { chosen, allowed } = countProteins(items, proteinCodes, guests);
	if (quantity('protein_third') > all) {
		problems['items.protein_third'] = `That is more third proteins than guests (${all}).`;
	} else if (chosen > allowed) {
		const last = items.findLast((item) => proteinCodes.has(item.code));
		if (last) {
			problems[`items.${last.code}`] =
				`You chose ${chosen} proteins for ${allowed} places. Take some off, or add third proteins.`;
		}
	}
	if (quantity('addon_sake') > guests.adults) {
		problems['items.addon_sake'] = `Sake is for guests of 21 and over: at most ${guests.adults} here.`;
	}
	return problems;
}
