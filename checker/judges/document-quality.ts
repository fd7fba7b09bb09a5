import { type Answer, answer, type Code, type Finding } from './answer.ts';

/** One picture as it was measured. */
export interface PictureMeasures {
  kind: string;
  /** In pixels, as it was sent. */
  width: number;
  height: number;
  /** Mean grey, 0 to 255. */
  brightness: number;
  /** Variance of the Laplacian in a copy 1000 pixels wide. */
  sharpness: number;
  /** Share of blinding white in the worst tile over the zone. Null without a zone. */
  glare: number | null;
  isCutOff: boolean | null;
  /** Its metadata names software for editing. */
  isEdited: boolean;
  /** A zone or a barcode was surely read from it: the better test, so blur and glare did no harm. */
  isRead: boolean;
}

/** At this width the first zones can't be read. */
const SMALL_PX = 500;
const DARK = 50;
const BRIGHT = 235;
/** Noise and legible poor pictures reach 24 and more, so only the hopeless are below. */
const BLURRED = 20;
const GLARE = 0.02;

/** All of it are hints: they change no outcome. Scores: `<kind>_brightness`, `_sharpness`, `_glare`. */
export function judgeDocumentQuality(pictures: PictureMeasures[]): Answer {
  if (pictures.length === 0) return answer([{ code: 'no_document' }]);
  const findings = pictures.flatMap((picture) =>
    hintsOf(picture).map((code): Finding => ({ code, kind: picture.kind })),
  );
  return answer(findings, {}, Object.assign({}, ...pictures.map(scoresOf)));
}

function hintsOf({ width, height, brightness, sharpness, glare, isCutOff, isEdited, isRead }: PictureMeasures): Code[] {
  const hints: Code[] = [];
  if (Math.max(width, height) <= SMALL_PX) hints.push('too_small');
  if (brightness < DARK) hints.push('too_dark');
  if (brightness > BRIGHT && !isRead) hints.push('too_bright');
  if (sharpness < BLURRED && brightness >= DARK && !isRead) hints.push('blurred');
  if (glare !== null && glare > GLARE && !isRead) hints.push('glare');
  if (isCutOff) hints.push('cut_off');
  if (isEdited) hints.push('edited_by_software');
  return hints;
}

function scoresOf({ kind, brightness, sharpness, glare }: PictureMeasures): Record<string, number> {
  return {
    [`${kind}_brightness`]: brightness,
    [`${kind}_sharpness`]: sharpness,
    ...(glare !== null && { [`${kind}_glare`]: glare }),
  };
}
