/** A picture that can be drawn, upright; `release` frees its memory. */
export interface Decoded {
  source: CanvasImageSource;
  width: number;
  height: number;
  release: () => void;
}

/**
 * Engines differ in what they take: some refuse the option, some files only an `<img>` reads. The option goes first, as it is the one
 * way that surely turns a picture upright; of the others `<img>` turns it in every engine of the last years.
 */
export async function decode(file: Blob): Promise<Decoded | null> {
  for (const attempt of [
    () => createImageBitmap(file, { imageOrientation: 'from-image' }).then(ofBitmap),
    () => loadImage(file),
    () => createImageBitmap(file).then(ofBitmap),
  ]) {
    try {
      return await attempt();
    } catch {}
  }
  return null;
}

function ofBitmap(bitmap: ImageBitmap): Decoded {
  return { source: bitmap, width: bitmap.width, height: bitmap.height, release: () => bitmap.close() };
}

async function loadImage(file: Blob): Promise<Decoded> {
  const image = new Image();
  const url = URL.createObjectURL(file);
  const release = () => URL.revokeObjectURL(url);
  image.src = url;
  try {
    await image.decode();
    if (!image.naturalWidth) throw new Error('Without a size');
  } catch (error) {
    release();
    throw error;
  }
  return { source: image, width: image.naturalWidth, height: image.naturalHeight, release };
}
