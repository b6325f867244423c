import * as z from 'zod/mini';

export const station = z.object({ id: z.string(), slug: z.string(), name: z.string(), timezone: z.string() });
export type Station = z.infer<typeof station>;

/** The station that an address names, if it is one. */
export function chosenStation(stations: readonly Station[], slug: string): Station | undefined {
	return stations.find((candidate) => candidate.slug === slug);
}
