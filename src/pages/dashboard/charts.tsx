/**
 * Charts as SVG in numbers of days by percent of the highest value, stretched to the place there is; their words are HTML beside them,
 * so that they keep their size on a phone. What they show stands in the page's table as well.
 */
import type { Child } from 'hono/jsx';

interface ChartProps {
  id: string;
  title: string;
  hint?: string;
  days: string[];
}

interface Series {
  name: string;
  class: string;
  values: number[];
}

const HEIGHT = 100;
const GAP = 0.22;

export function Columns({ series, ...chart }: ChartProps & { series: Series[] }) {
  const totals = chart.days.map((_, day) => series.reduce((sum, { values }) => sum + (values[day] ?? 0), 0));
  const top = roundUp(Math.max(...totals));
  return (
    <Chart
      {...chart}
      top={String(top)}
      middle={top % 2 === 0 ? String(top / 2) : ''}
      legend={series}
      summary={`Highest: ${Math.max(...totals)} on one day`}
    >
      {chart.days.map((day, index) => {
        let y = HEIGHT;
        return (
          <g>
            <title>{`${day}: ${series.map(({ name, values }) => `${values[index]} ${name.toLowerCase()}`).join(', ')}`}</title>
            <rect class="hover" x={index} y={0} width={1} height={HEIGHT} />
            {series.map(({ class: name, values }) => {
              const height = ((values[index] ?? 0) / top) * HEIGHT;
              y -= height;
              return (
                height > 0 && (
                  <rect class={name} x={index + GAP / 2} y={round(y)} width={1 - GAP} height={round(height)} />
                )
              );
            })}
          </g>
        );
      })}
    </Chart>
  );
}

export function Line({
  values,
  text,
  ...chart
}: ChartProps & { values: (number | null)[]; text: (value: number) => string }) {
  const known = values.filter((value) => value !== null);
  // In whole units: below two of them the axis would say the same twice.
  const top = Math.max(2, ...known.map((value) => value * 1.1));
  const y = (value: number) => round(HEIGHT - (value / top) * HEIGHT);
  const points = values.flatMap((value, index) => (value === null ? [] : [`${index + 0.5},${y(value)}`]));
  return (
    <Chart
      {...chart}
      top={known.length > 0 ? text(top) : ''}
      middle={known.length > 0 ? text(top / 2) : ''}
      summary={
        known.length > 0
          ? `Between ${text(Math.min(...known))} and ${text(Math.max(...known))}`
          : 'No decision in this period'
      }
    >
      <polyline points={points.join(' ')} />
      {values.map((value, index) => (
        <g>
          <title>{`${chart.days[index]}: ${value === null ? 'no decision' : text(value)}`}</title>
          <rect class="hover" x={index} y={0} width={1} height={HEIGHT} />
          {value !== null && <path class="point" d={`M${index + 0.5} ${y(value)}h0`} />}
        </g>
      ))}
    </Chart>
  );
}

interface FrameProps extends ChartProps {
  top: string;
  middle: string;
  legend?: Series[];
  summary: string;
  children?: Child;
}

function Chart({ id, title, hint, days, top, middle, legend = [], summary, children }: FrameProps) {
  const ticks = [0, 0.5, 1].map((part) => days[Math.round(part * (days.length - 1))] ?? '');
  return (
    <figure class="panel chart" aria-labelledby={`${id}-title`}>
      <figcaption>
        <h2 id={`${id}-title`}>{title}</h2>
        {hint && <span class="hint">{hint}</span>}
        {legend.length > 0 && (
          <ul class="legend">
            {legend.map(({ name, class: color }) => (
              <li class={color}>{name}</li>
            ))}
          </ul>
        )}
      </figcaption>
      <div class="plot">
        <div class="y" aria-hidden="true">
          <span>{top}</span>
          <span>{middle}</span>
          <span>0</span>
        </div>
        <svg
          viewBox={`0 0 ${days.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}. ${summary}. The figures stand in the table below.`}
        >
          {[0, HEIGHT / 2, HEIGHT].map((level) => (
            <path class="grid" d={`M0 ${level}h${days.length}`} />
          ))}
          {children}
        </svg>
        <div class="x" aria-hidden="true">
          {ticks.map((day) => (
            <span>{dayText(day)}</span>
          ))}
        </div>
      </div>
    </figure>
  );
}

const MONTH_DAY = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const dayText = (day: string) => (day ? MONTH_DAY.format(new Date(day)) : '');
const round = (value: number) => Math.round(value * 100) / 100;

/** The next of 2, 3, 4, 6, 8, 10, 20, 30, …. */
function roundUp(value: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [2, 3, 4, 6, 8, 10]) if (value <= step * power) return step * power;
  }
}
