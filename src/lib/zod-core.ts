import * as z from 'zod';

/**
 * For hono-openapi, which drops all that stands beside a `$ref`: the words of a field whose schema is a component. And a union that names its
 * discriminator is `oneOf`, as generators of clients expect; zod's own `discriminatedUnion` would be half a kilobyte of code that checks nothing here.
 */
export function toJSONSchema(schema: z.ZodType, options: z.core.ToJSONSchemaParams) {
  return z.toJSONSchema(schema, {
    ...options,
    override: ({ jsonSchema }) => {
      const { $ref, anyOf } = jsonSchema;
      if (jsonSchema.discriminator) {
        delete jsonSchema.anyOf;
        Object.assign(jsonSchema, { oneOf: anyOf });
      }
      if (!$ref || Object.keys(jsonSchema).length === 1) return;
      delete jsonSchema.$ref;
      jsonSchema.allOf = [{ $ref }];
    },
  });
}
