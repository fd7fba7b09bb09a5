import type { Language } from '../languages.ts';
import { JOURNEY, type Journey, OPENING, type Opening } from '../text/by-language.ts';
import type { Applicant, Kind } from './api.ts';
import { LIMITS } from './limits.ts';

export type Text = Opening & Journey;

export function textIn(language: Language): Text {
  return { ...OPENING[language], ...JOURNEY[language] };
}

/** A passport has no front: what is asked for is the page with the photo. */
export function nameOf(text: Text, applicant: Applicant, kind: Kind): string {
  return kind === 'document_front' && applicant.document_type === 'passport' ? text.passportPage : text.steps[kind];
}

export function askOf(text: Text, applicant: Applicant, kind: Kind): { title: string; lead: string; tips: string[] } {
  const { title, lead, tips } = text.ask[kind];
  if (kind === 'document_front' && applicant.document_type === 'passport') return { ...text.passport, tips };
  const words = kind === 'facial_video' && applicant.optional.includes(kind) ? text.optionalVideo : { lead, tips };
  return { title: title(text.documents[applicant.document_type]), ...words };
}

/** What the applicant will photograph, as far as there is a sentence for it. */
export function knownOf(text: Text, { document_type, required }: Applicant): string | null {
  const document = text.documents[document_type];
  if (!required.some((kind) => kind.startsWith('document'))) return null;
  return required.includes('facial_photo') ? text.known(document) : text.knownDocument(document);
}

export type Refusal = 'large' | 'unreadable' | 'heic' | 'gone';

/** Why a file can't be used, and which can: what may be sent differs by what is asked for. */
export function refusalOf(text: Text, kind: Kind, why: Refusal): string {
  const isVideo = kind === 'facial_video';
  if (why === 'large') {
    return text.refused.large(`${Math.floor(LIMITS[kind].maxSize / 1e6)} MB`);
  }
  if (why === 'gone' || why === 'heic') return text.refused[why];
  return text.refused[isVideo ? 'video' : kind === 'facial_photo' ? 'picture' : 'document'];
}

/** The public reason: the reviewer's own words, or our words for a bare code. */
export function reasonOf(text: Text, { reason }: Applicant): string | null {
  return reason && Object.hasOwn(text.reasons, reason) ? text.reasons[reason as keyof Text['reasons']] : reason;
}
