import { type Answer, answer, type Finding } from './answer.ts';

/** What was seen in one frame of the video. */
export interface Frame {
  faces: number;
  /** Degrees; positive to the person's left. Null without a face. */
  yaw: number | null;
}

export interface Challenge {
  /** How the head was asked to turn. Null if it wasn't asked. */
  asked: 'left' | 'right' | null;
  frames: Frame[];
  /** Distance of the video's face and the face photo. Null if one is missing. */
  distance: number | null;
}

const TURNED_DEGREES = 20;
/** As in a comparison of face and portrait. */
const SAME_AT_MOST = 0.5;

/**
 * Says only whether the head turned as it was asked, from the front to that side. Whether a person or a screen was filmed, no number can say:
 * a passive score rated a screen above a real face, so there is none without a vendor. Facts: `turned`, `passive`.
 * Somebody who walks by is no second face: that one is in most frames.
 */
export function judgeFaceLiveness({ asked, frames, distance }: Challenge): Answer {
  if (!asked) return answer([{ code: 'no_provider' }]);
  if (frames.length === 0) return answer([{ code: 'video_unreadable', kind: 'facial_video' }]);
  const kind = 'facial_video';
  const findings: Finding[] = [];
  const turned = hasTurned(frames, asked === 'left' ? 1 : -1);
  if (frames.every(({ faces }) => faces === 0)) findings.push({ code: 'no_face', kind });
  else if (!turned) findings.push({ code: 'head_not_turned', kind });
  if (2 * frames.filter(({ faces }) => faces > 1).length > frames.length)
    findings.push({ code: 'several_faces', kind });
  if (distance !== null && distance > SAME_AT_MOST) findings.push({ code: 'face_differs', kind });
  const facts = { turned, passive: { outcome: 'not_run', code: 'no_provider' } };
  return answer(findings, facts, distance === null ? {} : { distance });
}

/** A head that is turned in all frames was filmed that way, or is a picture. */
function hasTurned(frames: Frame[], side: 1 | -1): boolean {
  const front = frames.findIndex(({ yaw }) => yaw !== null && Math.abs(yaw) < TURNED_DEGREES / 2);
  return front >= 0 && frames.slice(front).some(({ yaw }) => yaw !== null && yaw * side >= TURNED_DEGREES);
}
