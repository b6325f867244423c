import * as z from 'zod/mini';

/** What `my_permissions()` answers; a null station means every station. */
export const grants = z.array(z.object({ permission: z.string(), station_id: z.nullable(z.string()) }));
export type Grant = z.infer<typeof grants>[number];

/**
 * What a person may do, for showing and hiding. It never protects anything: row-level security decides, on every
 * statement, from the same tables.
 */
export class Access {
	readonly grants: readonly Grant[];

	constructor(given: readonly Grant[]) {
		this.grants = given;
	}

	/** Whether the permission is held at all, or at one station when it is named. */
	can(permission: string, stationId?: string | null): boolean {
		return this.grants.some(
			(grant) =>
				grant.permission === permission &&
				(stationId === undefined || grant.station_id === null || grant.station_id === stationId)
		);
	}

	/** Whether any of the permissions is held. */
	canAny(...permissions: string[]): boolean {
		return permissions.some((permission) => this.can(permission));
	}

	/** Of the given stations, those where the permission is held. */
	stationsWith<S extends { id: string }>(permission: string, stations: readonly S[]): S[] {
		return stations.filter(({ id }) => this.can(permission, id));
	}
}
