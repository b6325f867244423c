import { defineParams } from '@sveltejs/kit/params';

export const params = defineParams({
	/** The id of a row. */
	uuid: (param) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(param) ? param : undefined)
});
