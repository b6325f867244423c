const mostPixels = 1200;

/** A photo from a phone, made small enough to send: JPEG of at most 1200 pixels a side. What can't be read stays as it is. */
export async function shrink(file: File): Promise<File> {
	const picture = await createImageBitmap(file).catch(() => null);
	if (!picture) return file;
	const scale = Math.min(1, mostPixels / Math.max(picture.width, picture.height));
	const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
	canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
	picture.close();
	const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
	return new File([blob], 'photo.jpg', { type: blob.type });
}
