/** The OpenAPI parts of routes that take documents. */
import type { ErrorCode } from '../lib/problem.ts';
import { DOCUMENT_KINDS } from '../schemas/document.ts';
import { ProfileFields } from '../schemas/profile.ts';
import type { EndpointSpec } from './endpoint.ts';

type RequestBody = NonNullable<EndpointSpec['requestBody']>;

const FILE = { type: 'string', contentMediaType: 'application/octet-stream' } as const;

export const documentBody: RequestBody = { required: true, content: { '*/*': { schema: FILE } } };

/** hono-openapi adds the JSON body from the schema of `jsonBody`. */
export const profileForm: RequestBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        properties: Object.fromEntries([
          ...Object.keys(ProfileFields.shape).map((name) => [name, { type: 'string' }]),
          ...DOCUMENT_KINDS.map((kind) => [kind, FILE]),
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
