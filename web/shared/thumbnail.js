/**
 * A small picture of a picture, made in the browser, so that one sees what one has attached.
 */
const SIDE = 80; // pixels, drawn at half of that
const LARGEST = 20 * 1024 * 1024; // bytes: a larger one would take long to read
const KINDS = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/**
 * @param {Blob} file
 * @returns {Promise<HTMLImageElement | null>} null for what is no picture, or none that this browser can read
 */
export async function thumbnail(file) {
  if (!KINDS.has(file.type) || file.size > LARGEST) return null;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.max(SIDE / picture.width, SIDE / picture.height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const [width, height] = [picture.width * scale, picture.height * scale];
    canvas.getContext("2d")?.drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
    picture.close();
    const image = new Image();
    image.alt = "";
    image.src = canvas.toDataURL(); // our pages may draw data:, not blob:
    return image;
  } catch {
    return null; // damaged, or too large for a canvas
  }
}
