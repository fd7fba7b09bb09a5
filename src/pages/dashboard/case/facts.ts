/** What runners have read, as far as this page shows it. A vendor's adapter may write anything, so what has another form is left out. */
import * as z from 'zod';
import { type Check, type CheckType, Finding } from '../../../schemas/check.ts';
import { Id } from '../../../schemas/common.ts';
import { DocumentKind } from '../../../schemas/document.ts';

const MOST_SHOWN = 200;
const text = z.string().transform((value) => value.slice(0, MOST_SHOWN));
const pixels = z.number().min(-1e5).max(1e5);
const size = z.number().positive().max(1e5);
const point = z.object({ x: pixels, y: pixels });
const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const FieldFact = z.object({
  read: text.nullable(),
  isSure: z.boolean().catch(false),
  verdict: z.enum(['same', 'differs', 'partial', 'not_comparable', 'unreadable']),
});
export type FieldFact = z.infer<typeof FieldFact>;

const Zone = z.object({
  format: text,
  lines: z.array(text).max(3),
  /** Where it stands, if that was told: clockwise from its own upper left, in pixels of the upright picture, which has that width and height. */
  kind: lenient(DocumentKind),
  corners: lenient(z.tuple([point, point, point, point])),
  width: lenient(size),
  height: lenient(size),
});
export type Zone = z.infer<typeof Zone>;

const field = lenient(FieldFact);
const Facts = z.object({
  fields: z
    .object({ full_name: field, date_of_birth: field, document_type: field, document_number: field, country: field })
    .catch({}),
  zone: lenient(Zone),
  expires_on: lenient(z.iso.date()),
  others: z.array(Finding.extend({ profile: Id })).catch([]),
});
type Facts = z.infer<typeof Facts>;

const NOTHING: Facts = Facts.parse({});

/** The facts of the round's completed check of a type; of several providers' the first that has any. */
export function factsOf(checks: Check[], type: CheckType): Facts {
  const found = checks.find((check) => check.type === type && Object.keys(check.facts ?? {}).length > 0);
  return found ? Facts.parse(found.facts) : NOTHING;
}

/** The other profiles that a finding is about, as PocketBase's hook names them. */
export function othersOf({ facts = {} }: Check, { code, kind, field }: Finding): string[] {
  const { others } = Facts.parse(facts);
  return others
    .filter((other) => other.code === code && other.kind === kind && other.field === field)
    .map(({ profile }) => profile);
}

/** The two checks that read a document. What both tell, the comparison with the declared data tells best. */
export function readFields(checks: Check[]): Facts['fields'] {
  return { ...factsOf(checks, 'document_text').fields, ...given(factsOf(checks, 'document_match').fields) };
}

const given = (fields: Facts['fields']) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
