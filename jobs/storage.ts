/** Writes files to Storage with the secret key: jobs have no visitor to act as. */

export interface FileStore {
	/** Resolves when the file is stored, in place of one of that name; rejects otherwise, and the job is tried again. */
	put(bucket: string, path: string, bytes: Uint8Array, contentType: string): Promise<void>;
}

export interface StorageSettings {
	/** The project's API. */
	apiUrl: string;
	secretKey: string;
}

/** What the environment says of it; null where it is not set up. */
export function storageSettings(env: NodeJS.ProcessEnv): StorageSettings | null {
	const { SUPABASE_URL: apiUrl, SUPABASE_SECRET_KEY: secretKey } = env;
	return apiUrl && secretKey ? { apiUrl, secretKey } : null;
}

const patienceMs = 15_000;

/** Without settings every file is refused with what is missing. */
export function createFileStore(settings: StorageSettings | null, send: typeof fetch = fetch): FileStore {
	return {
		async put(bucket, path, bytes, contentType) {
			if (!settings) throw new Error('Files need SUPABASE_URL and SUPABASE_SECRET_KEY in the environment.');
			const where = [bucket, ...path.split('/')].map(encodeURIComponent).join('/');
			const response = await send(`${settings.apiUrl}/storage/v1/object/${where}`, {
				method: 'POST',
				headers: {
					apikey: settings.secretKey,
					authorization: `Bearer ${settings.secretKey}`,
					'content-type': contentType,
					'x-upsert': 'true'
				},
				body: new Uint8Array(bytes),
				signal: AbortSignal.timeout(patienceMs)
			});
			await response.body?.cancel();
			if (!response.ok) throw new Error(`Storage answered ${response.status} to a file for ${bucket}.`);
		}
	};
}
