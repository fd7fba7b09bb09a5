/** Names that editors leave behind. Cameras name their own software in the same place: `HDR+ 1.0`, `17.4.1`. */
const EDITORS =
  /photoshop|lightroom|gimp|affinity|pixelmator|paint\.net|krita|photopea|picsart|snapseed|facetune|canva|corel|photoscape|illustrator|meitu/i;

const TAG_SOFTWARE = 0x0131;
const TIFF_START = 6;
const ENTRY_BYTES = 12;

/** Whether the metadata names software for editing pictures. Anybody can remove that name, so its absence says nothing. */
export function namesEditor(exif?: Buffer, xmp?: Buffer): boolean {
  const creatorTool = /CreatorTool[>="'\s]+([^<"']{1,200})/.exec(xmp?.toString('utf8') ?? '')?.[1];
  return EDITORS.test(`${(exif && softwareOf(exif)) ?? ''}\n${creatorTool ?? ''}`);
}

/** The tag Software of the first directory. TIFF 6.0 section 2; EXIF wraps it in `Exif\0\0`. */
function softwareOf(exif: Buffer): string | null {
  const tiff = exif.subarray(exif.toString('latin1', 0, 4) === 'Exif' ? TIFF_START : 0);
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  try {
    const directory = long(4);
    for (let entry = 0; entry < short(directory); entry++) {
      const at = directory + 2 + entry * ENTRY_BYTES;
      if (short(at) !== TAG_SOFTWARE) continue;
      const length = long(at + 4);
      const start = length > 4 ? long(at + 8) : at + 8;
      return tiff.toString('latin1', start, start + length);
    }
  } catch (error) {
    // An offset beyond the end: metadata that lies names nothing.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}
