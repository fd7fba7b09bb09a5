import { Time } from '../layout.tsx';
import { type ProfileProps, Section } from './case.tsx';

export function Declared({ record }: ProfileProps) {
  const fields: [string, string | null][] = [
    ['Email', record.email],
    ['Phone', record.phone],
    ['Language', record.locale],
    ['Partner’s id', record.external_id],
  ];
  return (
    <>
      <Section id="declared" title="Also declared">
        <dl class="declared" data-live="declared">
          {fields.map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd class={value ? undefined : 'none'}>{value ?? 'not given'}</dd>
            </div>
          ))}
          <div>
            <dt>Level</dt>
            <dd>
              {record.level.name}, version {record.level.version}
            </dd>
          </div>
          {record.consent && (
            <div>
              <dt>Consent</dt>
              <dd>
                {record.consent.version}, <Time iso={record.consent.given_at} />
              </dd>
            </div>
          )}
          <div>
            <dt>Created</dt>
            <dd>
              <Time iso={record.created} />
            </dd>
          </div>
        </dl>
      </Section>
      <Metadata record={record} />
    </>
  );
}

/** Apart, and under the partner's name: a partner may call a key "Sanctions screening". */
function Metadata({ record }: Pick<ProfileProps, 'record'>) {
  const entries = Object.entries(record.metadata);
  if (entries.length === 0) return null;
  return (
    <Section id="metadata" title={`From ${record.partner}`}>
      <p class="hint">The partner’s own words about this profile. Nothing here was checked.</p>
      <dl class="declared" data-live="metadata">
        {entries.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
