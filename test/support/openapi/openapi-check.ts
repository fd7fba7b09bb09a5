import * as z from 'zod';

interface Operation {
  parameters?: { in: string; name: string }[];
  requestBody?: { content: object };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

/** Compares an answer with the schema that the OpenAPI document has for its route and status; throws where they differ. */
export class OpenApiCheck {
  readonly document: ApiDocument;
  readonly #schemas = new Map<object, z.ZodType>();
  readonly #routes: [pattern: RegExp, operations: Record<string, Operation>][];

  constructor(document: ApiDocument) {
    this.document = document;
    this.#routes = Object.entries(document.paths).map(([template, operations]) => [
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
      operations,
    ]);
  }

  check(method: string, path: string, response: Response, body: string): void {
    const operation = this.#operation(method, path);
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    if (!operation || !/json$/.test(type)) return;
    const promise = `${method} ${path} → ${response.status}`;
    const schema = operation.responses[response.status]?.content?.[type]?.schema;
    if (!schema) throw new Error(`${promise} ${type} is not documented`);
    const result = this.#compile(schema).safeParse(JSON.parse(body));
    if (!result.success) throw new Error(`${promise} is not as documented: ${z.prettifyError(result.error)}`);
  }

  #operation(method: string, path: string): Operation | undefined {
    for (const [pattern, operations] of this.#routes) {
      const operation = operations[method.toLowerCase()];
      if (operation && pattern.test(path)) return operation;
    }
    return undefined;
  }

  #compile(schema: object): z.ZodType {
    const known = this.#schemas.get(schema);
    if (known) return known;
    // zod resolves `#/$defs/…`, OpenAPI keeps its schemas elsewhere.
    const text = JSON.stringify({ ...schema, $defs: this.document.components.schemas });
    const compiled = z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
    this.#schemas.set(schema, compiled);
    return compiled;
  }
}
