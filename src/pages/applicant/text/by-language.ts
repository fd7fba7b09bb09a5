/** Two maps, as the Worker takes only the first: what no import asks for stays out of a bundle. */
import type { Language } from '../languages.ts';
import * as en from './en.ts';
import * as es from './es.ts';
import * as vi from './vi.ts';

export type Opening = typeof en.opening;
export type Journey = typeof en.journey;

export const OPENING: Record<Language, Opening> = { en: en.opening, es: es.opening, vi: vi.opening };
export const JOURNEY: Record<Language, Journey> = { en: en.journey, es: es.journey, vi: vi.journey };
