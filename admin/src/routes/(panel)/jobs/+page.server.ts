import * as z from 'zod/mini';
import { homeTimezone } from '#admin/booking/list.ts';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { action, invalid } from '#admin/platform/action.server.ts';
import { dataOf } from '#admin/platform/api.ts';
import { pages } from '#admin/platform/navigation.ts';
import { deadJob, jobQueues, queueName } from '#admin/scaling/jobs.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	event.depends('admin:jobs');
	const { stations } = await allowed(event, ...pages.jobs.needs);
	const api = apiOf(event);
	const [standing, dead] = await Promise.all([api.rpc('job_queues'), api.rpc('dead_jobs')]);
	return {
		standing: jobQueues.parse(dataOf(standing)),
		dead: z.array(deadJob).parse(dataOf(dead)),
		timezone: stations[0]?.timezone ?? homeTimezone
	};
};

export const actions: Actions = {
	retry: action('retry', ['jobs.manage'], async ({ api, field }) => {
		const count = z.number().parse(dataOf(await api.rpc('retry_dead_job', { p_job_id: field('job_id') })));
		if (count === 0) throw invalid({ job_id: 'Somebody has retried this job already.' });
		return { done: 'The job is back in its queue.' };
	}),
	retryQueue: action('retryQueue', ['jobs.manage'], async ({ api, field }) => {
		const count = z.number().parse(dataOf(await api.rpc('retry_dead_queue', { p_queue: field('queue') })));
		return { done: `${count} jobs of ${queueName(field('queue'))} are back in the queue.` };
	})
};
