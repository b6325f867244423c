import * as z from 'zod/mini';

export const flag = z.object({
	key: z.string(),
	enabled: z.boolean(),
	description: z.string(),
	capability: z.string()
});
export type Flag = z.infer<typeof flag>;

/** A flag as the panel shows it: `forced` is what the environment makes of it, whatever the switch says. */
export interface FlagRow extends Flag {
	forced: boolean | null;
}
