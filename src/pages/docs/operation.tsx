import type { Child } from 'hono/jsx';
import { type ApiDocument, type Content, type Operation, type Route, resolve } from './model.ts';
import { curl, sample } from './sample.ts';
import { Constraints, Field, Fields, inline, Prose, Type } from './schema.tsx';

interface Props {
  api: ApiDocument;
  route: Route;
}

export function OperationArticle({ api, route }: Props) {
  const { method, path, operation } = route;
  const { operationId, summary, description = '', parameters = [], requestBody } = operation;
  const scope = /\s*Scope: (`[^`]+`)\.$/.exec(description);
  return (
    <article id={operationId}>
      <h3>
        <a href={`#${operationId}`}>{summary}</a>
      </h3>
      <p class="route">
        <Method name={method} /> <code>{path}</code>
      </p>
      <div class="columns">
        <div>
          <Prose text={description.slice(0, scope?.index)} />
          <p class="access">
            {access(api, operation)}
            {scope?.[1] && ['. Scope: ', ...inline(scope[1])]}
          </p>
          {parameters.length > 0 && (
            <>
              <h4>Parameters</h4>
              <ul class="fields">
                {parameters.map(({ name, required, schema, description, in: place }) => (
                  <Field
                    name={name}
                    required={required}
                    place={place}
                    schema={description ? { ...schema, description } : schema}
                  />
                ))}
              </ul>
            </>
          )}
          {requestBody && (
            <>
              <h4>Body</h4>
              <Prose text={requestBody.description} />
              <Bodies api={api} content={requestBody.content} />
            </>
          )}
          <Responses operation={operation} />
        </div>
        <Examples api={api} route={route} />
      </div>
    </article>
  );
}

export function Method({ name }: { name: string }) {
  return <span class={`method ${name}`}>{name.toUpperCase()}</span>;
}

function access({ components }: ApiDocument, { security }: Operation): Child[] {
  if (security.length === 0) return ['Public: no credentials'];
  return security.flatMap((requirement, index) => [
    index === 0 ? 'Credentials: ' : ' or ',
    ...Object.keys(requirement).map((name) => (
      <a href={`#security-${name}`}>{components.securitySchemes[name]?.name ?? name}</a>
    )),
  ]);
}

/** Media types of files differ in nothing but their name, so that they stand together. */
function Bodies({ api, content }: { api: ApiDocument; content: Content }) {
  const alike = Map.groupBy(Object.entries(content), ([, { schema }]) =>
    JSON.stringify({ ...schema, contentMediaType: undefined }),
  );
  return [...alike.values()].map((group) => {
    const { schema = {} } = group[0]?.[1] ?? {};
    const resolved = resolve(api, schema);
    return (
      <>
        <p class="media">
          {group.map(([media]) => [<code>{media}</code>, ' '])}
          <Type schema={schema} />
        </p>
        <Prose text={resolved.description} />
        <Constraints schema={resolved} />
        <Fields schema={resolved} />
      </>
    );
  });
}

/** All problems have one form, so it is named once and the codes tell them apart. */
function Responses({ operation }: { operation: Operation }) {
  const all = Object.entries(operation.responses);
  const problems = all.filter(([status]) => Number(status) >= 400);
  return (
    <>
      <h4>Responses</h4>
      <dl class="responses">
        {all
          .filter(([status]) => Number(status) < 400)
          .map(([status, { description, content }]) => (
            <div>
              <dt class={`status s${status[0]}`}>{status}</dt>
              <dd>
                {inline(description)}
                <Media content={content} />
              </dd>
            </div>
          ))}
      </dl>
      {problems.length > 0 && (
        <details>
          <summary>
            Problems <span class="statuses">{problems.map(([status]) => status).join(' ')}</span>
          </summary>
          <Media content={problems[0]?.[1].content} />
          <dl class="responses">
            {problems.map(([status, { description }]) => (
              <div>
                <dt class="status">{status}</dt>
                <dd>{inline(description)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

function Media({ content = {} }: { content?: Content | undefined }) {
  return Object.entries(content).map(([media, { schema = {} }]) => (
    <p class="media">
      <code>{media}</code> <Type schema={schema} />
    </p>
  ));
}

function Examples({ api, route }: Props) {
  const success = Object.entries(route.operation.responses).findLast(([status]) => /^2/.test(status));
  const schema = success?.[1].content?.['application/json']?.schema;
  const answer = schema && sample(api, schema);
  return (
    <div class="examples">
      <h4>Example</h4>
      <pre>
        <code>{curl(api, route)}</code>
      </pre>
      {typeof answer === 'object' && (
        <>
          <p class="caption">Answers {success?.[0]}</p>
          <pre>
            <code>{JSON.stringify(answer, null, 2)}</code>
          </pre>
        </>
      )}
    </div>
  );
}
