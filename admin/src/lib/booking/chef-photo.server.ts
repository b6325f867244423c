import type { RequestEvent } from '@sveltejs/kit';
import { action, invalid } from '#admin/platform/action.server.ts';
import { ApiError, dataOf } from '#admin/platform/api.ts';
import { imageEndingOf, imageTypes } from '#shared/platform/image-type.ts';
import { readChef } from './chef-roster.server.ts';

const mostBytes = 5 * 1024 * 1024;
const linkSeconds = 3600;
const may = ['chefs.write', 'chefs.own'];

const bucketOf = ({ locals }: Pick<RequestEvent, 'locals'>) => locals.supabase.storage.from('chef-photos');

/** A link to a chef's photo that works for an hour; null where there is none that the reader may see. */
export async function photoLink(event: Pick<RequestEvent, 'locals'>, path: string | null): Promise<string | null> {
	if (!path) return null;
	const { data } = await bucketOf(event).createSignedUrl(path, linkSeconds);
	return data?.signedUrl ?? null;
}

export const photoActions = {
	/** Takes a picture by what it is, not by what its name says, under a name that nobody can guess. */
	photo: action('photo', may, async ({ api, event, form }) => {
		const file = form.get('photo');
		if (!(file instanceof File) || file.size === 0) throw invalid({ photo: 'Choose a picture.' });
		if (file.size > mostBytes) throw invalid({ photo: 'The picture is larger than 5 MB.' });
		const bytes = new Uint8Array(await file.arrayBuffer());
		const ending = imageEndingOf(bytes);
		if (!ending) throw invalid({ photo: 'Choose a PNG, JPEG or WebP picture.' });
		const chef = await readChef(api, event.params.id ?? '');
		const path = `${chef.id}/${crypto.randomUUID()}.${ending}`;
		const { error } = await bucketOf(event).upload(path, bytes, { contentType: imageTypes[ending] });
		if (error) throw refused();
		dataOf(await api.from('chefs').update({ photo_path: path }).eq('id', chef.id).select('id'));
		if (chef.photo_path) await bucketOf(event).remove([chef.photo_path]);
		return { done: 'The new photo is there.' };
	}),

	dropPhoto: action('dropPhoto', may, async ({ api, event }) => {
		const chef = await readChef(api, event.params.id ?? '');
		dataOf(await api.from('chefs').update({ photo_path: null }).eq('id', chef.id).select('id'));
		if (chef.photo_path) await bucketOf(event).remove([chef.photo_path]);
		return { done: 'The photo is gone.' };
	}),

	profile: action('profile', may, async ({ api, event, field }) => {
		const bio = field('bio');
		if (bio.length > 2000) throw invalid({ bio: 'Say it in 2,000 characters.' });
		dataOf(
			await api
				.from('chefs')
				.update({ bio })
				.eq('id', event.params.id ?? '')
				.select('id')
		);
		return { done: 'Saved.' };
	})
};

function refused(): ApiError {
	const message = 'The picture could not be kept. Try again, or another one.';
	return new ApiError({ status: 403, code: 'NOT_ALLOWED', message, hint: null, fields: {}, details: null });
}
