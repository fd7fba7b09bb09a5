import type { StatusRow } from '../../../pocketbase/records/status-history.ts';
import { REASONED_STATUSES, ReasonCode, STATUS_TABLE, type Status } from '../../../schemas/status.ts';
import { isClaimedByAnother } from '../../../services/review.ts';
import { Csrf, Notice, Time } from '../layout.tsx';
import { DECISIONS, REASON_NAMES, STATUS_NAMES } from '../words.ts';
import { actorText, type DecisionState, DraftBack, draftOf, type ProfileProps, Section } from './case.tsx';
import { EvidenceChanged, evidenceOf } from './evidence.tsx';

export function DecisionPanel(props: ProfileProps) {
  const { record, session, reviewers, now, decision } = props;
  const choices = (Object.keys(DECISIONS) as Status[]).filter((status) => STATUS_TABLE[record.status].includes(status));
  const isBlocked = isClaimedByAnother(record, session.id, now);
  const holder = reviewers.get(record.claimed_by ?? '') ?? 'Another reviewer';
  return (
    <Section id="decide" title="Decide">
      {decision.conflict && <Conflict {...props} />}
      {isBlocked && (
        <p class="blocked">
          {holder} has claimed this profile. Read on as you like; decide once the claim is released or has run out, at{' '}
          <Time iso={record.claimed_until ?? ''} />.
        </p>
      )}
      {choices.length === 0 ? (
        <p class="hint">
          {record.status === 'canceled'
            ? 'A canceled profile stays canceled.'
            : 'There is nothing to decide in this status.'}
        </p>
      ) : (
        <DecisionForm {...props} choices={choices} isBlocked={isBlocked} />
      )}
    </Section>
  );
}

function DecisionForm({
  record,
  session,
  decision,
  choices,
  isBlocked,
}: ProfileProps & { choices: Status[]; isBlocked: boolean }) {
  const { values, errors } = decision;
  return (
    <form
      method="post"
      action={`/dashboard/profiles/${record.id}/decision`}
      class="stack"
      data-decision
      novalidate
      {...draftOf({ session, record }, 'decision')}
    >
      <Csrf session={session} />
      <DraftBack />
      <input type="hidden" name="expected_status" value={record.status} />
      <input type="hidden" name="expected_evidence" value={record.evidence_version} />
      <input type="hidden" name="seen" value={JSON.stringify(evidenceOf(record))} />
      <fieldset disabled={isBlocked}>
        <fieldset class="choices" aria-describedby={errors.status ? 'status-error' : undefined}>
          <legend class="visually-hidden">Decision</legend>
          {choices.map((status) => (
            <label class={`choice ${status}`}>
              <input
                type="radio"
                name="status"
                value={status}
                required
                checked={values.status === status}
                data-key={DECISIONS[status]?.key}
                data-needs-reason={REASONED_STATUSES.includes(status)}
              />
              <span>
                {DECISIONS[status]?.verb}{' '}
                <span class="key" aria-hidden="true">
                  {DECISIONS[status]?.key}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
        <FieldError id="status-error" message={errors.status} />
        <label>
          Reason code
          <select
            name="reason_code"
            aria-invalid={errors.reason_code ? 'true' : undefined}
            aria-describedby="reason_code-error"
          >
            <option value="">None</option>
            {ReasonCode.options.map((code) => (
              <option value={code} selected={values.reason_code === code}>
                {REASON_NAMES[code]}
              </option>
            ))}
          </select>
        </label>
        <FieldError id="reason_code-error" message={errors.reason_code} />
        <TextField label="Reason" hint="Applicant and partner read it" name="reason" maxlength={1000} {...decision} />
        <TextField label="Private note" hint="Internal" name="note" maxlength={4000} {...decision} />
        <button type="submit" class="primary" data-decide>
          Record decision
        </button>
      </fieldset>
    </form>
  );
}

interface TextFieldProps extends DecisionState {
  label: string;
  hint: string;
  name: string;
  maxlength: number;
}

function TextField({ label, hint, name, maxlength, values, errors }: TextFieldProps) {
  // Not `note-error`, which the form for notes has.
  const id = `decision-${name}-error`;
  return (
    <>
      <label>
        {label} <span class="hint">{hint}</span>
        <textarea
          name={name}
          rows={2}
          maxlength={maxlength}
          aria-invalid={errors[name] ? 'true' : undefined}
          aria-describedby={id}
        >
          {values[name]}
        </textarea>
      </label>
      <FieldError id={id} message={errors[name]} />
    </>
  );
}

/** Stands there even without a message, as the field's description refers to it. */
function FieldError({ id, message }: { id: string; message: string | undefined }) {
  return (
    <p class="error" id={id}>
      {message}
    </p>
  );
}

/** Says what happened in place of the reviewer's decision, which is still in the form. */
function Conflict({ record, history, reviewers, session, decision, now }: ProfileProps) {
  const { reason, expected } = decision.conflict ?? {};
  if (reason === 'evidence') return <EvidenceChanged record={record} seen={decision.values.seen} />;
  if (reason === 'claim' && isClaimedByAnother(record, session.id, now)) {
    return (
      <Notice tone="bad">
        <p>
          <strong>Not recorded.</strong> {reviewers.get(record.claimed_by ?? '') ?? 'Another reviewer'} has claimed this
          profile.
        </p>
      </Notice>
    );
  }
  const seen = history.items.findIndex((row) => row.to === expected);
  const meanwhile: StatusRow[] = history.items.slice(0, seen === -1 ? 1 : seen).reverse();
  return (
    <Notice tone="bad">
      <p>
        <strong>Not recorded.</strong> You decided on a profile that was{' '}
        {expected ? STATUS_NAMES[expected].toLowerCase() : 'otherwise'}; it is{' '}
        {STATUS_NAMES[record.status].toLowerCase()} now:
      </p>
      <ul>
        {meanwhile.map((row) => (
          <li>
            {STATUS_NAMES[row.to]} by {actorText(row, reviewers, session)}, <Time iso={row.created} />
            {row.reason_code && `: ${REASON_NAMES[row.reason_code]}`}
            {row.reason && ` (${row.reason})`}
          </li>
        ))}
      </ul>
      <p>Your words are still in the form. Decide again if that is still right.</p>
    </Notice>
  );
}
