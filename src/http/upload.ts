/** The OpenAPI parts of routes that take documents. */
import type { ErrorCode } from '../lib/problem.ts';
import { DOCUMENT_KINDS, MEDIA_TYPES } from '../schemas/document.ts';
import { ProfileFields } from '../schemas/profile.ts';
import { type EndpointSpec, fileOf, UNDECLARED } from './endpoint.ts';

type RequestBody = NonNullable<EndpointSpec['requestBody']>;

/** Generated clients send the first of these types with every file, so it is the one that stands for all. */
export const documentBody: RequestBody = {
  required: true,
  content: Object.fromEntries([UNDECLARED, ...new Set(MEDIA_TYPES)].map((type) => [type, { schema: fileOf(type) }])),
};

export const documentHeaders: EndpointSpec['parameters'] = [
  {
    in: 'header',
    name: 'Content-Disposition',
    description: 'RFC 6266: its `filename` is kept with the document',
    schema: { type: 'string', example: 'attachment; filename="passport.jpg"' },
  },
  {
    in: 'header',
    name: 'Content-Digest',
    description: 'RFC 9530: a document of another SHA-256 is refused',
    schema: { type: 'string', example: 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:' },
  },
];

/** hono-openapi adds the JSON body from the schema of `jsonBody`. */
export const profileForm: RequestBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        properties: Object.fromEntries([
          ...Object.keys(ProfileFields.shape).map((name) => [name, { type: 'string' }]),
          ...DOCUMENT_KINDS.map((kind) => [kind, fileOf(UNDECLARED)]),
        ]),
      },
    },
  },
};

export const UPLOAD_PROBLEMS: ErrorCode[] = [
  'profile_locked',
  'payload_too_large',
  'unsupported_media_type',
  'invalid_request',
  'validation_failed',
  'digest_mismatch',
];
