/** Jobs of the platform itself. */
import { z } from 'zod';
import { defineJob, type AnyJob } from './job.ts';

const nothing = z.object({ v: z.literal(1) });

/** Says that cron ticks and a worker works: scaling health looks at how old the beat is. */
const heartbeat = defineJob({
	queue: 'heartbeat',
	payload: nothing,
	async run(_payload, { db, worker }) {
		await db.query(
			`insert into private.heartbeats (name, beat_at, details)
			values ('jobs', clock_timestamp(), jsonb_build_object('worker', $1::text))
			on conflict (name) do update set beat_at = excluded.beat_at, details = excluded.details`,
			[worker]
		);
		return null;
	}
});

/** Makes the audit log's partitions of the months to come. */
const auditPartitions = defineJob({
	queue: 'audit-partitions',
	payload: nothing,
	async run(_payload, { db }) {
		const [row] = await db.query<{ made: number }>('select private.ensure_audit_partitions() as made');
		return row?.made ? `made ${row.made}` : null;
	}
});

export const platformJobs: AnyJob[] = [heartbeat, auditPartitions];
