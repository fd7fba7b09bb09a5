/** The languages that the applicant page speaks, the fallback first. */
export const LANGUAGES = { en: 'English', es: 'Español', vi: 'Tiếng Việt' } as const;

export type Language = keyof typeof LANGUAGES;

/** A BCP 47 tag's language, if it is one of ours: `es-MX` is `es`. */
export function languageOf(tag: string | null): Language | null {
  const primary = tag?.trim().toLowerCase().split('-', 1)[0] ?? '';
  return Object.hasOwn(LANGUAGES, primary) ? (primary as Language) : null;
}
