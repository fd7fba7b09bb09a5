/** The part of OpenAPI 3.1 and JSON Schema that our own document uses: only what `endpoint` and zod write. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  contentMediaType?: string;
}

export type Content = Record<string, { schema?: Schema; example?: unknown }>;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  example?: unknown;
  schema: Schema;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { description?: string; required?: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

export interface SecurityScheme {
  type: string;
  name?: string;
  description?: string;
}

export interface ApiDocument {
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, SecurityScheme> };
}

export interface Route {
  method: string;
  path: string;
  operation: Operation;
}

/** In the document's order, except that a group which needs no credentials, health checks and the like, comes last. */
export function routesByTag({ paths }: ApiDocument): [tag: string, routes: Route[]][] {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method, path, operation })),
  );
  const isPublic = (group: Route[]) => group.every(({ operation }) => operation.security.length === 0);
  return [...Map.groupBy(routes, ({ operation }) => operation.tags[0] ?? 'Other')].sort(
    ([, a], [, b]) => Number(isPublic(a)) - Number(isPublic(b)),
  );
}

export function refName(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

export function resolve(api: ApiDocument, schema: Schema): Schema {
  return schema.$ref ? (api.components.schemas[refName(schema.$ref)] ?? {}) : schema;
}

/** A schema and the alternatives written into it, `anyOf: [string, null]` for one: their constraints read as one list. */
export function inlineParts(schema: Schema): Schema[] {
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  return [schema, ...[...anyOf, ...oneOf, ...allOf].filter(({ $ref }) => !$ref).flatMap(inlineParts)];
}

/** The header that carries a credential. */
export function credentialHeader({ type, name }: SecurityScheme, value: string): string {
  return type === 'apiKey' ? `${name}: ${value}` : `authorization: Bearer ${value}`;
}
