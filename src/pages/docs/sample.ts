import {
  type ApiDocument,
  type Content,
  credentialHeader,
  type Operation,
  type Parameter,
  type Route,
  resolve,
  type Schema,
} from './model.ts';

/** What a value may look like, from the examples, defaults and first choices of its schema. Optional fields without one are left out. */
export function sample(api: ApiDocument, schema: Schema, within: readonly string[] = []): unknown {
  if (schema.$ref) {
    return within.includes(schema.$ref) ? null : sample(api, resolve(api, schema), [...within, schema.$ref]);
  }
  const given = schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
  if (given !== undefined) return given;
  const option = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.[0];
  if (option) return sample(api, option, within);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return sampleObject(api, schema, within);
    case 'array':
      return schema.items ? [sample(api, schema.items, within)] : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return isFile(schema) ? '@document.jpg' : schema.format === 'uri' ? 'https://example.com' : '…';
  }
}

function sampleObject(api: ApiDocument, schema: Schema, within: readonly string[]) {
  const { properties, required = [], additionalProperties } = schema;
  if (properties) {
    const shown = Object.entries(properties).filter(
      ([name, field]) => required.includes(name) || isIllustrated(api, field),
    );
    return Object.fromEntries(shown.map(([name, field]) => [name, sample(api, field, within)]));
  }
  if (typeof additionalProperties !== 'object') return {};
  return Object.fromEntries(required.map((name) => [name, sample(api, additionalProperties, within)]));
}

function isIllustrated(api: ApiDocument, reference: Schema): boolean {
  const schema = resolve(api, reference);
  const isGiven = (schema.example ?? schema.examples ?? schema.default) !== undefined;
  const parts = schema.anyOf ?? schema.allOf ?? [];
  return isGiven || isFile(schema) || parts.some((part) => isIllustrated(api, part));
}

function isFile({ format, contentMediaType }: Schema): boolean {
  return format === 'binary' || contentMediaType !== undefined;
}

/** For a shell with the guide's variables `EKYC_URL`, `EKYC_API_KEY` and `token`; what the path needs is a variable of its name. */
export function curl(api: ApiDocument, { method, path, operation }: Route): string {
  const { parameters = [], requestBody, responses } = operation;
  const body = requestBody ? bodyArguments(api, requestBody.content) : [];
  const implied = body.length === 0 ? 'get' : body.some((line) => line.startsWith('-T')) ? 'put' : 'post';
  const request = method === implied ? '' : `-X ${method.toUpperCase()} `;
  const isDownload = 'application/octet-stream' in (responses[200]?.content ?? {});
  const headers = parameters.filter((parameter) => parameter.in === 'header' && parameter.required);
  return [
    `curl ${request}"$EKYC_URL${target(api, path, parameters)}"`,
    ...credential(api, operation),
    ...headers.map((parameter) => `-H "${parameter.name}: ${parameterValue(api, parameter)}"`),
    ...body,
    ...(isDownload ? ['-o document'] : []),
  ].join(' \\\n  ');
}

function target(api: ApiDocument, path: string, parameters: Parameter[]): string {
  const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  const pairs = query.map((parameter) => `${parameter.name}=${parameterValue(api, parameter)}`);
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, parameter) => text.replace(`{${parameter.name}}`, parameterValue(api, parameter)), path);
  return [filled, pairs.join('&')].filter(Boolean).join('?');
}

function parameterValue(api: ApiDocument, { name, schema, example }: Parameter): string {
  const resolved = resolve(api, schema);
  return String(example ?? resolved.example ?? resolved.enum?.[0] ?? `$${name}`);
}

function credential(api: ApiDocument, { security }: Operation): string[] {
  const scheme = api.components.securitySchemes[Object.keys(security[0] ?? {})[0] ?? ''];
  return scheme ? [`-H "${credentialHeader(scheme, scheme.type === 'apiKey' ? '$EKYC_API_KEY' : '$token')}"`] : [];
}

function bodyArguments(api: ApiDocument, content: Content): string[] {
  const choices = Object.entries(content);
  const json = choices.find(([media]) => media.endsWith('json'));
  const [media, { schema = {}, example = sample(api, schema) }] = json ?? choices[0] ?? ['', {}];
  if (json) {
    return [`-H "content-type: ${media}"`, `-d ${quote(JSON.stringify(example, null, 2))}`];
  }
  if (media !== 'multipart/form-data') return ['-H "content-type: image/jpeg"', '-T document.jpg'];
  return Object.entries(example as object).map(([name, part]) => `-F ${quote(`${name}=${part}`)}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
