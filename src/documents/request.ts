import { parse } from 'content-disposition';
import { ApiProblem } from '../lib/problem.ts';
import { validationProblem } from '../lib/validation-problem.ts';
import type { DocumentKind } from '../schemas/document.ts';
import { ProfileFields } from '../schemas/profile.ts';
import { type DocumentInput, streamDocument } from './document.ts';
import { streamMultipart } from './form.ts';
import type { Send } from './upstream-form.ts';

/** Streams a raw body on. Whatever fails leaves the profile as it was. */
export async function relayDocument(request: Request, kind: DocumentKind, send: Send): Promise<Response> {
  return (await streamDocument(readDocumentInput(request, kind), send)).response;
}

export function isForm(request: Request): boolean {
  return /^multipart\//i.test(request.headers.get('content-type') ?? '');
}

/** Streams a form of fields and documents on. If anything fails, the profile stays as it was. @param onDocument throws to refuse files */
export async function relayForm(request: Request, send: Send, onDocument: () => void): Promise<Response> {
  const { headers, body } = request;
  const { response } = await streamMultipart(
    {
      body,
      contentType: headers.get('content-type'),
      contentEncoding: headers.get('content-encoding'),
      length: readLength(headers),
      fieldNames: Object.keys(ProfileFields.shape),
      onDocument,
      onFields: validateFields,
    },
    send,
  );
  return response;
}

/** A form has no `null`: an empty text stands for it. */
function validateFields(fields: Record<string, unknown>, documents: object) {
  const isEmpty = Object.keys({ ...fields, ...documents }).length === 0;
  if (isEmpty) throw new ApiProblem('validation_failed', 'Name at least one field');
  const entries = Object.entries(fields).map(([name, value]) => [name, value === '' ? null : value]);
  const result = ProfileFields.safeParse(Object.fromEntries(entries));
  if (!result.success) throw validationProblem(result.error.issues);
  return result.data;
}

function readLength(headers: Headers): number | null {
  const length = headers.get('content-length');
  return length === null ? null : Number(length);
}

/** What a raw upload says of itself in its headers. */
function readDocumentInput(request: Request, kind: DocumentKind): DocumentInput {
  const { headers, body } = request;
  return {
    kind,
    body,
    contentType: headers.get('content-type'),
    length: readLength(headers),
    // RFC 6266; a header that cannot be read names no file.
    filename: parse(headers.get('content-disposition') ?? '').parameters.filename ?? null,
    contentDigest: headers.get('content-digest'),
    contentEncoding: headers.get('content-encoding'),
  };
}
