import type { ReviewedProfile } from '../../../pocketbase/records/profiles.ts';
import { DOCUMENT_KINDS } from '../../../schemas/document.ts';
import { Notice } from '../layout.tsx';
import { IDENTITY_NAMES, KIND_NAMES } from '../words.ts';

type Evidence = Record<string, string | null>;

/** What a decision is made on, as the page shows it. The form sends it back, so that a refusal can name what has changed. */
export function evidenceOf(record: ReviewedProfile): Evidence {
  const fields = Object.keys(IDENTITY_NAMES) as (keyof typeof IDENTITY_NAMES)[];
  return {
    ...Object.fromEntries(fields.map((name) => [name, record[name]])),
    ...Object.fromEntries(DOCUMENT_KINDS.map((kind) => [kind, record.documents[kind]?.sha256 ?? null])),
  };
}

/** @param seen what the form sent back */
export function EvidenceChanged({ record, seen }: { record: ReviewedProfile; seen: string | undefined }) {
  const [before, now] = [parse(seen), evidenceOf(record)];
  const names: Record<string, string> = { ...IDENTITY_NAMES, ...KIND_NAMES };
  const changed = Object.keys(now).filter((name) => before[name] !== now[name]);
  return (
    <Notice tone="bad">
      <p>
        <strong>Not recorded.</strong> After you had opened this profile, this was changed:
      </p>
      <ul>
        {changed.map((name) => (
          <li>{names[name]}</li>
        ))}
      </ul>
      <p>The page shows what it is now. Your words are still in the form: decide again when you have looked at it.</p>
    </Notice>
  );
}

/** A form that sent nothing readable saw nothing. */
function parse(seen = '{}'): Evidence {
  try {
    return JSON.parse(seen) as Evidence;
  } catch {
    return {};
  }
}
