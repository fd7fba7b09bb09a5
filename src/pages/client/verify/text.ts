import type { Language } from '../../languages.ts';
import * as en from '../../verify-text/en.ts';
import * as es from '../../verify-text/es.ts';
import * as vi from '../../verify-text/vi.ts';
import type { Applicant, Kind } from './api.ts';

export type Text = typeof en.opening & typeof en.journey;

const TEXT: Record<Language, Text> = {
  en: { ...en.opening, ...en.journey },
  es: { ...es.opening, ...es.journey },
  vi: { ...vi.opening, ...vi.journey },
};

export function textIn(language: Language): Text {
  return TEXT[language];
}

/** A passport has no front: what is asked for is the page with the photo. */
export function nameOf(text: Text, applicant: Applicant, kind: Kind): string {
  return kind === 'document_front' && applicant.document_type === 'passport' ? text.passportPage : text.steps[kind];
}

export function askOf(text: Text, applicant: Applicant, kind: Kind): { title: string; lead: string; tips: string[] } {
  const { title, lead, tips } = text.ask[kind];
  if (kind === 'document_front' && applicant.document_type === 'passport') return { ...text.passport, tips };
  return { title: title(text.documents[applicant.document_type]), lead, tips };
}

/** The public reason: the reviewer's own words, or our words for a bare code. */
export function reasonOf(text: Text, { reason }: Applicant): string | null {
  return reason && Object.hasOwn(text.reasons, reason) ? text.reasons[reason as keyof Text['reasons']] : reason;
}
