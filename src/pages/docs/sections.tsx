import type { PropsWithChildren } from 'hono/jsx';
import { PROBLEMS } from '../../lib/problem.ts';
import { type ApiDocument, credentialHeader } from './model.ts';
import { Constraints, Fields, Prose, Type } from './schema.tsx';

export function Section({ id, title, children }: PropsWithChildren<{ id: string; title: string }>) {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <div class="title">
        <h2 id={`${id}-title`}>{title}</h2>
        <a class="up" href="#contents">
          Contents
        </a>
      </div>
      {children}
    </section>
  );
}

export function Authentication({ api }: { api: ApiDocument }) {
  return (
    <Section id="authentication" title="Authentication">
      <p>A request carries exactly one credential; each operation names those it accepts.</p>
      <dl class="schemes">
        {Object.entries(api.components.securitySchemes).map(([id, scheme]) => (
          <div id={`security-${id}`}>
            <dt>{scheme.name ?? id}</dt>
            <dd>
              <code>{credentialHeader(scheme, '…')}</code>
              <Prose text={scheme.description} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** A problem's `type` is the address of its row: see `problemResponse`. */
export function Problems({ text }: { text: string }) {
  return (
    <Section id="errors" title="Errors">
      <Prose text={text} />
      <table>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">Status</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(PROBLEMS).map(([code, { status, title }]) => (
            <tr id={code}>
              <th scope="row">
                <code>{code}</code>
              </th>
              <td>{status}</td>
              <td>{title}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

export function Schemas({ api }: { api: ApiDocument }) {
  return (
    <Section id="schemas" title="Schemas">
      {Object.entries(api.components.schemas).map(([name, schema]) => (
        <article id={`schema-${name}`}>
          <h3>
            <a href={`#schema-${name}`}>{name}</a>
          </h3>
          <p class="media">
            <Type schema={schema} />
          </p>
          <Prose text={schema.description} />
          <Constraints schema={schema} />
          <Fields schema={schema} />
        </article>
      ))}
    </Section>
  );
}
