/** What was declared beside what was read from the document. */
import type { Check, Finding } from '../../../schemas/check.ts';
import { countryName, DOCUMENT_TYPE_NAMES, IDENTITY_NAMES } from '../words.ts';
import { type ProfileProps, Section } from './case.tsx';
import { type FieldFact, factsOf, readFields } from './facts.ts';

type Field = keyof typeof IDENTITY_NAMES;
const FIELDS: Field[] = ['full_name', 'document_number', 'date_of_birth', 'country', 'document_type'];

interface Mark {
  tone: 'same' | 'differs' | 'doubt';
  words: string;
}
const VERDICTS: Record<FieldFact['verdict'], Mark> = {
  same: { tone: 'same', words: '✓ same' },
  differs: { tone: 'differs', words: '≠ differs' },
  partial: { tone: 'doubt', words: '≈ in part' },
  not_comparable: { tone: 'doubt', words: '– no rule' },
  unreadable: { tone: 'doubt', words: '? unreadable' },
};
const VALIDITY: Partial<Record<Finding['code'], Mark>> = {
  expired: { tone: 'differs', words: '✕ expired' },
  not_yet_valid: { tone: 'differs', words: '✕ not yet valid' },
  expires_soon: { tone: 'doubt', words: '! soon' },
};
/** A value that was read with doubt tells nothing against the declared one. */
const UNSURE: Mark = { tone: 'doubt', words: '? unsure' };

/** Data stands in columns of its own, apart from our words about it: what was read may say anything. */
export function Comparison({ record, round }: ProfileProps) {
  const fields = readFields(round.checks);
  const declared: Record<Field, string | null> = {
    ...record,
    country: countryText(record.country),
    document_type: DOCUMENT_TYPE_NAMES[record.document_type] ?? record.document_type,
  };
  return (
    <Section id="comparison" title="Declared against read">
      <table class="comparison" data-live="comparison">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Declared</th>
            <th scope="col">Read</th>
            <th scope="col">Compared</th>
          </tr>
        </thead>
        <tbody>
          {FIELDS.map((name) => (
            <Row
              name={IDENTITY_NAMES[name]}
              declared={declared[name] ?? undefined}
              read={name === 'country' ? countryText(fields.country?.read) : fields[name]?.read}
              mark={declared[name] ? markOf(fields[name]) : undefined}
            />
          ))}
          <Row name="Expiry" read={factsOf(round.checks, 'document_text').expires_on} mark={validityOf(round.checks)} />
        </tbody>
      </table>
    </Section>
  );
}

interface RowProps {
  name: string;
  declared?: string | undefined;
  read: string | null | undefined;
  mark: Mark | undefined;
}

function Row({ name, declared, read, mark }: RowProps) {
  return (
    <tr class={mark?.tone}>
      <th scope="row">{name}</th>
      <td class={declared ? undefined : 'none'}>{declared ? <bdi>{declared}</bdi> : 'not given'}</td>
      <td class={read ? undefined : 'none'}>{read ? <bdi>{read}</bdi> : 'not read'}</td>
      <td class="verdict">{mark?.words}</td>
    </tr>
  );
}

function markOf(fact: FieldFact | undefined): Mark | undefined {
  if (!fact) return undefined;
  return fact.isSure || fact.verdict === 'same' ? VERDICTS[fact.verdict] : UNSURE;
}

function validityOf(checks: Check[]): Mark | undefined {
  const codes = checks.flatMap(({ findings }) => findings.map(({ code }) => code));
  return codes.map((code) => VALIDITY[code]).find((mark) => mark !== undefined);
}

/** A zone has codes of issuers that are no region's. */
function countryText<T extends string | null | undefined>(code: T) {
  return code && /^[A-Z]{2}$/.test(code) ? `${countryName(code)} (${code})` : code;
}
