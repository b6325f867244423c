/**
 * Mends: lite keeps objects through an adapter, and exports none that writes files. This one does. File names are hashes,
 * so that no name of an object leads out of the folder, and `a` may lie beside `a/b`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { App } from '@supabase/lite';

type StorageAdapter = NonNullable<App['_storageAdapter']>;
type ObjectMetadata = Awaited<ReturnType<StorageAdapter['headObject']>>;

/** Beside each object's bytes; names the file that holds them, so that replacing an object is one rename. */
interface Card {
	file: string;
	bucket: string;
	key: string;
	mimetype: string;
	cacheControl: string;
	size: number;
	eTag: string;
	lastModified: string;
}

/** Objects as files under `folder`, which is made when the first one comes. */
export function storageFiles(folder: string): StorageAdapter {
	const placeOf = (bucket: string, key: string) => {
		const [inBucket, name] = [hash(bucket).slice(0, 16), hash(key)];
		return { folder: join(folder, inBucket), card: join(folder, inBucket, `${name}.json`) };
	};
	const cardOf = async (bucket: string, key: string): Promise<Card | null> =>
		JSON.parse(await readFile(placeOf(bucket, key).card, 'utf8').catch(absent('null'))) as Card | null;
	const present = async (bucket: string, key: string): Promise<Card> => {
		const card = await cardOf(bucket, key);
		if (!card) throw new Error(`The bytes of ${bucket}/${key} are gone from ${folder}.`);
		return card;
	};

	/** Writes the bytes aside, then lets the card point at them. */
	const keep = async (
		bucket: string,
		key: string,
		body: Readable,
		described: Pick<Card, 'mimetype' | 'cacheControl'>
	) => {
		const place = placeOf(bucket, key);
		await mkdir(place.folder, { recursive: true });
		const before = await cardOf(bucket, key);
		const file = `${hash(key)}.${randomUUID()}`;
		const path = join(place.folder, file);
		const digest = createHash('sha256');
		try {
			await pipeline(
				body,
				async function* (chunks: AsyncIterable<Uint8Array>) {
					for await (const chunk of chunks) {
						digest.update(chunk);
						yield chunk;
					}
				},
				createWriteStream(path, { flags: 'wx' })
			);
		} catch (error) {
			await rm(path, { force: true });
			throw error;
		}
		const { size, mtime } = await stat(path);
		const eTag = `"${digest.digest('hex').slice(0, 32)}"`;
		const card: Card = { file, bucket, key, ...described, size, eTag, lastModified: mtime.toISOString() };
		await writeFile(`${path}.json`, JSON.stringify(card));
		await rename(`${path}.json`, place.card);
		if (before) await rm(join(place.folder, before.file), { force: true });
		return metadata(card);
	};
	const remove = async (bucket: string, key: string) => {
		const card = await cardOf(bucket, key);
		if (!card) return;
		const place = placeOf(bucket, key);
		await rm(place.card, { force: true });
		await rm(join(place.folder, card.file), { force: true });
	};
	const bytesOf = (card: Card) => createReadStream(join(placeOf(card.bucket, card.key).folder, card.file));

	return {
		driver: null,
		getObject: async (bucket, key) => {
			const card = await present(bucket, key);
			const body = Readable.toWeb(bytesOf(card)) as ReadableStream;
			return { metadata: metadata(card), httpStatusCode: 200, body };
		},
		uploadObject: async (bucket, key, _version, body, mimetype, cacheControl) => {
			const bytes = body instanceof Uint8Array ? Readable.from([body]) : Readable.fromWeb(body as ReadableStream);
			return keep(bucket, key, bytes, { mimetype, cacheControl });
		},
		deleteObject: remove,
		deleteObjects: async (bucket, keys) => {
			for (const key of keys) await remove(bucket, key);
		},
		copyObject: async (fromBucket, fromKey, _version, toBucket, toKey) => {
			const card = await present(fromBucket, fromKey);
			const { eTag, lastModified } = await keep(toBucket, toKey, bytesOf(card), {
				mimetype: card.mimetype,
				cacheControl: card.cacheControl
			});
			return { httpStatusCode: 200, eTag, lastModified };
		},
		headObject: async (bucket, key) => metadata(await present(bucket, key)),
		privateAssetUrl: async () => {
			throw new Error('Files have no address of their own.');
		}
	};
}

function metadata({ mimetype, cacheControl, size, eTag, lastModified }: Card): ObjectMetadata {
	return { mimetype, cacheControl, size, contentLength: size, eTag, lastModified: new Date(lastModified) };
}

function hash(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}

function absent<T>(instead: T): (error: NodeJS.ErrnoException) => T {
	return (error) => {
		if (error.code !== 'ENOENT') throw error;
		return instead;
	};
}
