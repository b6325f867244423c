/** How the queues stand, for scaling health. */
import type { JobsDatabase } from './database.ts';

export interface QueueStats {
	queue: string;
	/** Due and not yet taken. */
	due: number;
	active: number;
	/** Given up after all retries; they lie in the dead letter queue. */
	dead: number;
	/** How long the oldest due job has waited, in seconds; null when none is due. */
	oldest_due_seconds: number | null;
}

export interface JobStats {
	/** When a worker last showed life; null when none ever did. */
	heartbeat_at: string | null;
	queues: QueueStats[];
}

/** Counts now; one statement. */
export async function jobStats(db: JobsDatabase): Promise<JobStats> {
	const [row] = await db.query<{ stats: JobStats }>(`
		select jsonb_build_object(
			'heartbeat_at', (select beat_at from private.heartbeats where name = 'jobs'),
			'queues', (select coalesce(jsonb_agg(to_jsonb(q) order by q.queue), '[]') from (
				select u.name as queue,
					count(*) filter (where j.state in ('created', 'retry') and j.start_after <= now()) as due,
					count(*) filter (where j.state = 'active') as active,
					(select count(*) from pgboss.job d where d.name = u.dead_letter and d.state < 'active') as dead,
					round(extract(epoch from now() - min(j.start_after)
						filter (where j.state in ('created', 'retry') and j.start_after <= now()))) as oldest_due_seconds
				from pgboss.queue u
				left join pgboss.job j on j.name = u.name
				where u.dead_letter is not null
				group by u.name, u.dead_letter
			) q)
		) as stats
	`);
	return row?.stats ?? { heartbeat_at: null, queues: [] };
}
