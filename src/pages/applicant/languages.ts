/** The languages that the applicant page speaks, the fallback first. */
export const LANGUAGES = { en: 'English', es: 'Español', vi: 'Tiếng Việt' } as const;

export type Language = keyof typeof LANGUAGES;

/** A BCP 47 tag's language, if it is one of ours: `es-MX` is `es`. */
export function languageOf(tag: string | null): Language | null {
  const primary = tag?.trim().toLowerCase().split('-', 1)[0] ?? '';
  return Object.hasOwn(LANGUAGES, primary) ? (primary as Language) : null;
}

/** By `Accept-Language` (RFC 9110 12.5.4): the first of ours among the most wanted. */
export function acceptedLanguage(header: string | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      return { language: languageOf(tag), weight: q ? Number(q.slice(2)) || 0 : 1 };
    })
    .filter(({ language, weight }) => language && weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wanted[0]?.language ?? 'en';
}
