import type { Context } from 'hono';
import { ApiProblem } from '../lib/problem.ts';
import { isEncodedUtf8 } from '../lib/utf8.ts';
import { readText } from './body.ts';

const FORM_TYPE = /^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i;

/**
 * The fields of a form; `{}` without a body. It may be asked for more than once in a request.
 * @throws ApiProblem `payload_too_large`, `unsupported_media_type`; `invalid_request` when it is not the form that its Content-Type
 * promises, is not UTF-8, or stalls
 */
export async function readForm(c: Context): Promise<Record<string, unknown>> {
  // Hono reads a form that it finds there, and not the body.
  c.req.bodyCache.formData ??= await parseForm(c.req.raw);
  return c.req.parseBody();
}

async function parseForm(request: Request): Promise<FormData> {
  const text = await readText(request, { type: FORM_TYPE, typeName: 'a form', mayBeEmpty: true });
  if (text === '') return new FormData();
  const contentType = (request.headers.get('content-type') ?? '').replace(/^[^;]+/, (type) => type.toLowerCase());
  if (!contentType.startsWith('multipart/') && !isEncodedUtf8(text)) {
    throw new ApiProblem('invalid_request', 'The form must be UTF-8');
  }
  try {
    return await new Response(text, { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw new ApiProblem('invalid_request', 'The form cannot be read');
  }
}
