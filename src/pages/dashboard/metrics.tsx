import type { Session } from '../../auth/session.ts';
import { durationText } from '../../lib/duration.ts';
import type { DailyFigures } from '../../pocketbase/records/review.ts';
import type { Scope } from '../../schemas/key.ts';
import { Columns, Line } from './charts.tsx';
import { Ignored, Page } from './layout.tsx';

interface Props {
  session: Session;
  scopes: ReadonlySet<Scope>;
  days: number;
  ignored: string[];
  figures: DailyFigures[];
}

const PERIODS = [7, 30, 90];
const MINUTE_SECONDS = 60;

function secondsText(seconds: number): string {
  return seconds < MINUTE_SECONDS ? `${Math.round(seconds)} s` : durationText(seconds * 1000);
}

export function MetricsPage({ session, scopes, days, ignored, figures }: Props) {
  const sum = (pick: (one: DailyFigures) => number) => figures.reduce((total, one) => total + pick(one), 0);
  const approved = sum((one) => one.approved);
  const rejected = sum((one) => one.rejected);
  const decided = approved + rejected;
  return (
    <Page title="Metrics" session={session} scopes={scopes} current="metrics">
      <div class="heading">
        <h1>Metrics</h1>
        <nav class="tabs" aria-label="Period">
          <ul>
            {PERIODS.map((period) => (
              <li>
                <a href={`/dashboard/metrics?days=${period}`} aria-current={period === days ? 'page' : undefined}>
                  {period} days
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <Ignored names={ignored} />
      <dl class="figures">
        <Figure name="Submitted" value={sum((one) => one.pending)} />
        <Figure name="Decided" value={decided} />
        <Figure name="Approved" value={decided ? `${Math.round((100 * approved) / decided)} %` : '–'} />
        <Figure name="Sent back" value={sum((one) => one.resubmission_requested)} />
      </dl>
      <Columns
        id="throughput"
        title="Decisions per day"
        days={figures.map(({ day }) => day)}
        series={[
          { name: 'Approved', class: 'approved', values: figures.map((one) => one.approved) },
          { name: 'Rejected', class: 'rejected', values: figures.map((one) => one.rejected) },
          {
            name: 'Sent back',
            class: 'resubmission_requested',
            values: figures.map((one) => one.resubmission_requested),
          },
        ]}
      />
      <Line
        id="median"
        title="Median time to decision"
        hint="From the submission, or the creation if there was none, to approval or rejection"
        days={figures.map(({ day }) => day)}
        values={figures.map((one) => one.median_seconds)}
        text={secondsText}
      />
      <details class="panel table">
        <summary>The same as a table</summary>
        <Table figures={figures} />
      </details>
      <p class="hint">Days are UTC. Figures are counted when the page is opened.</p>
    </Page>
  );
}

function Figure({ name, value }: { name: string; value: string | number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Table({ figures }: { figures: DailyFigures[] }) {
  return (
    <section class="scroll" tabindex={0} aria-label="Figures per day">
      <table>
        <thead>
          <tr>
            {['Day', 'Submitted', 'Approved', 'Rejected', 'Sent back', 'Median time'].map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figures.toReversed().map((one) => (
            <tr>
              <th scope="row">{one.day}</th>
              <td>{one.pending}</td>
              <td>{one.approved}</td>
              <td>{one.rejected}</td>
              <td>{one.resubmission_requested}</td>
              <td>{one.median_seconds === null ? '–' : secondsText(one.median_seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
