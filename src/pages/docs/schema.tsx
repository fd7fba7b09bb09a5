import type { Child } from 'hono/jsx';
import { isErrorCode } from '../../lib/problem.ts';
import { inlineParts, refName, type Schema } from './model.ts';

/** More choices than this are folded away: 249 countries would bury the fields after them. */
const SHOWN_CHOICES = 12;
const SHOWN_PATTERN_LENGTH = 60;

/** The Markdown that our descriptions use: paragraphs and code. A problem's code leads to its line. */
export function Prose({ text = '' }: { text?: string | undefined }) {
  return text.split('\n\n').map((paragraph) => paragraph && <p>{inline(paragraph)}</p>);
}

export function inline(text: string): Child[] {
  return text.split('`').map((part, index) => {
    if (index % 2 === 0) return part;
    return isErrorCode(part) ? <ProblemCode code={part} /> : <code>{part}</code>;
  });
}

export function ProblemCode({ code }: { code: string }) {
  return (
    <a href={`#${code}`}>
      <code>{code}</code>
    </a>
  );
}

interface FieldProps {
  name: string;
  schema: Schema;
  required?: boolean | undefined;
  place?: string;
}

/** One field: name, type, what it is, what it must satisfy, and the fields written into it. A `$ref` is a link, so nothing recurs. */
export function Field({ name, schema, required, place }: FieldProps) {
  const description = inlineParts(schema).find((part) => part.description)?.description;
  return (
    <li>
      <p class="field">
        <code>{name}</code>
        <span>
          <Type schema={schema} />
          {place && `, in ${place}`}
        </span>
        {required && <strong>required</strong>}
      </p>
      <Prose text={description} />
      <Constraints schema={schema} />
      <Fields schema={schema} />
    </li>
  );
}

export function Fields({ schema }: { schema: Schema }) {
  const objects = inlineParts(schema)
    .flatMap((part) => [part, part.items, part.additionalProperties])
    .filter((part) => typeof part === 'object' && part.properties) as Schema[];
  return objects.map(({ properties = {}, required = [] }) => (
    <ul class="fields">
      {Object.entries(properties).map(([name, field]) => (
        <Field name={name} schema={field} required={required.includes(name)} />
      ))}
    </ul>
  ));
}

export function Type({ schema }: { schema: Schema }): Child {
  const { $ref, type, items, additionalProperties, format, contentMediaType } = schema;
  const options = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if ($ref) return <a href={`#schema-${refName($ref)}`}>{refName($ref)}</a>;
  if (options) {
    const joint = schema.allOf ? ' and ' : ' or ';
    return options.flatMap((option, index) => [index > 0 && joint, <Type schema={option} />]);
  }
  if (items) return ['array of ', <Type schema={items} />];
  if (typeof additionalProperties === 'object' && !schema.properties) {
    return ['map of ', <Type schema={additionalProperties} />];
  }
  if (contentMediaType || format === 'binary') return 'file';
  return `${[type ?? 'any'].flat().join(' or ')}${format ? ` (${format})` : ''}`;
}

export function Constraints({ schema }: { schema: Schema }) {
  const parts = inlineParts(schema).flatMap((part) => (part.items?.enum ? [part, part.items] : [part]));
  const facts = parts.flatMap((part) => [
    limits(part.minLength, part.maxLength, 'characters'),
    limits(part.minItems, part.maxItems, 'items'),
    limits(part.minimum, part.maximum),
    literal('default', part.default),
    literal('always', part.const),
    literal('example', part.example ?? part.examples?.[0]),
    part.format ? undefined : pattern(part.pattern),
  ]);
  const shown = facts.filter((fact) => fact !== undefined);
  return (
    <>
      {shown.length > 0 && (
        <ul class="facts">
          {shown.map((fact) => (
            <li>{fact}</li>
          ))}
        </ul>
      )}
      {parts.map(({ enum: choices }) => choices && <Choices choices={choices} />)}
    </>
  );
}

function Choices({ choices }: { choices: unknown[] }) {
  const list = choices.map((choice) => [<code>{String(choice)}</code>, ' ']);
  if (choices.length <= SHOWN_CHOICES) return <p class="choices">One of {list}</p>;
  return (
    <details>
      <summary>One of {choices.length} values</summary>
      <p class="choices">{list}</p>
    </details>
  );
}

function limits(min: number | undefined, max: number | undefined, unit = ''): string | undefined {
  const upper = max === Number.MAX_SAFE_INTEGER ? undefined : max;
  if (upper === undefined) return min ? `at least ${min} ${unit}`.trim() : undefined;
  return (min === undefined ? `at most ${upper} ${unit}` : `${min}–${upper} ${unit}`).trim();
}

function literal(label: string, value: unknown): Child | undefined {
  if (value === undefined) return undefined;
  return [label, ' ', <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>];
}

/** Where a format says it, or a pattern is too long to read, the pattern stays in the document. */
function pattern(source: string | undefined): Child | undefined {
  return source && source.length <= SHOWN_PATTERN_LENGTH ? literal('matches', source) : undefined;
}
