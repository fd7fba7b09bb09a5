/** What the runner saw on the pictures above: how alike the faces are, and the machine-readable zone. */
import type { Case } from '../../../services/review.ts';
import { Outcome } from '../outcome.tsx';
import { KIND_NAMES } from '../words.ts';
import { factsOf, type Zone as ZoneFact } from './facts.ts';
import { placeZone } from './place-zone.ts';

type Props = Pick<Case, 'record' | 'round'>;

export function Readings(props: Props) {
  const { zone } = factsOf(props.round.checks, 'document_text');
  return (
    <div class="readings" data-live="readings">
      <Similarity {...props} />
      {zone && <Zone {...props} zone={zone} />}
    </div>
  );
}

function Similarity({ round }: Props) {
  const match = round.checks.find(({ type, scores }) => type === 'face_match' && scores?.similarity !== undefined);
  if (!match?.outcome) return null;
  return (
    <p class="panel similarity">
      Portrait on the document and face photo: similarity <strong>{match.scores?.similarity?.toFixed(2)}</strong> of 1{' '}
      <Outcome outcome={match.outcome} />
    </p>
  );
}

function Zone({ zone, ...props }: Props & { zone: ZoneFact }) {
  return (
    <section class="panel zone" aria-labelledby="zone-title">
      <h2 id="zone-title">Machine-readable zone</h2>
      <Cut {...props} zone={zone} />
      <pre class="lines">
        <bdi>{zone.lines.join('\n')}</bdi>
      </pre>
    </section>
  );
}

/** The document's own picture behind a window, so that no other bytes are stored or sent. Of a PDF there is no picture. */
function Cut({ record, round, zone }: Props & { zone: ZoneFact }) {
  const { kind, corners, width, height } = zone;
  const input = round.checks.find(({ type }) => type === 'document_text')?.inputs.find((one) => one.kind === kind);
  const placed = corners && placeZone(corners);
  if (!kind || !input || !placed || !record.documents[kind]?.content_type?.startsWith('image/')) return null;
  const src = `/dashboard/profiles/${record.id}/documents/${kind}?version=${input.version}`;
  return (
    <svg class="cut" viewBox={placed.viewBox} role="img" aria-label={`The zone on ${KIND_NAMES[kind]}, enlarged`}>
      <image href={src} width={width} height={height} transform={placed.transform} preserveAspectRatio="none" />
    </svg>
  );
}
