import type { Check } from '../../schemas/check.ts';
import type { Profile } from '../../schemas/profile.ts';
import { OUTCOME_WORDS } from './case/check-words.ts';

/** A sign and a word: the colour alone would tell not everybody. */
export function Outcome({ outcome }: { outcome: NonNullable<Check['outcome']> }) {
  const { name, sign } = OUTCOME_WORDS[outcome];
  return (
    <span class={`outcome ${outcome}`}>
      <span aria-hidden="true">{sign}</span> {name}
    </span>
  );
}

/** What a profile's newest checks say together. */
export function Summary({ checks }: { checks: Pick<NonNullable<Profile['checks']>, 'status' | 'outcome'> | null }) {
  if (!checks) return null;
  return checks.outcome ? <Outcome outcome={checks.outcome} /> : <span class="outcome open">Checking</span>;
}
