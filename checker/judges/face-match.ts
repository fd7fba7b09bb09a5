import { type Answer, answer, type Finding } from './answer.ts';

/** Faces on one picture. */
export interface FacesSeen {
  count: number;
  /** Width of the largest face in pixels. */
  widthPx: number;
}

export interface FacePair {
  portrait: FacesSeen;
  photo: FacesSeen;
  /** Euclidean distance of the descriptors of the largest faces. Null if one is missing. */
  distance: number | null;
}

/**
 * Measured on pictures of three persons: the same photograph at most 0.32, 0.53 under heavy blur; other persons at least 0.60.
 * Between 0.5 and 0.6 nothing is known, so a person looks.
 */
const SAME_AT_MOST = 0.5;
/** The descriptor is made from 150 pixels; of half of them it was never measured. */
const SMALL_FACE_PX = 75;

/** Scores: `distance`, and `similarity` from 0 to 1. A portrait may stand on a document twice, as a ghost, so only the photo must have one face. */
export function judgeFaceMatch({ portrait, photo, distance }: FacePair): Answer {
  const findings: Finding[] = [];
  if (portrait.count === 0) findings.push({ code: 'no_face', kind: 'document_front' });
  if (photo.count === 0) findings.push({ code: 'no_face', kind: 'facial_photo' });
  if (photo.count > 1) findings.push({ code: 'several_faces', kind: 'facial_photo' });
  if (portrait.count > 0 && portrait.widthPx < SMALL_FACE_PX)
    findings.push({ code: 'face_small', kind: 'document_front' });
  if (photo.count > 0 && photo.widthPx < SMALL_FACE_PX) findings.push({ code: 'face_small', kind: 'facial_photo' });
  if (distance === null) return answer(findings);
  if (distance > SAME_AT_MOST) findings.push({ code: 'face_differs' });
  return answer(findings, {}, { distance, similarity: Math.max(0, Math.round((1 - distance) * 100) / 100) });
}
