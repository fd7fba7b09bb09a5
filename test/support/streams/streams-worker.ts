import { streamDocument } from '../../../src/documents/document.ts';
import { streamMultipart } from '../../../src/documents/form.ts';
import type { Send } from '../../../src/documents/upstream-form.ts';
import { ApiProblem, type ErrorCode } from '../../../src/lib/problem.ts';

interface Env {
  UPSTREAM: string;
}

const FIELD_NAMES = ['full_name', 'external_id', 'metadata'];

function onFields(fields: Record<string, unknown>) {
  if (fields.full_name === 'refuse me') {
    throw new ApiProblem('validation_failed', undefined, { errors: [{ pointer: '/full_name', detail: 'refused' }] });
  }
  return fields;
}

async function relay({ method, url, body, headers }: Request, env: Env): Promise<object> {
  const { pathname, searchParams } = new URL(url);
  const number = (name: string) => (searchParams.has(name) ? { [name]: Number(searchParams.get(name)) } : {});
  const send: Send = async (body, contentType, signal) => {
    const init = { method: 'PATCH', body, headers: { 'content-type': contentType }, signal };
    const response = await fetch(env.UPSTREAM + pathname, init).catch((cause) => {
      throw new ApiProblem('upstream_unavailable', undefined, { cause });
    });
    if (response.ok) return response;
    const { code } = (await response.json()) as { code: ErrorCode };
    throw new ApiProblem(code);
  };
  const declared = searchParams.get('length') ?? headers.get('content-length');
  const input = {
    body,
    contentType: headers.get('content-type'),
    length: declared === null ? null : Number(declared),
    ...number('stallMs'),
    ...number('maxMs'),
    ...number('windowBytes'),
  };
  const { response, ...rest } =
    method === 'PUT'
      ? await streamDocument(
          {
            ...input,
            kind: (searchParams.get('kind') ?? 'document_front') as 'document_front',
            filename: searchParams.get('filename'),
            contentDigest: headers.get('content-digest'),
          },
          send,
        )
      : await streamMultipart({ ...input, fieldNames: FIELD_NAMES, onDocument: () => {}, onFields }, send);
  return { upstream: response.status, answer: await response.text(), ...rest };
}

/** Exposes the streaming core: PUT is a document, PATCH a form. The path goes to the upstream, which takes it as its orders. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return Response.json(await relay(request, env));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const { code, detail, status, extras } = error;
      return Response.json({ code, detail, errors: extras.errors }, { status });
    }
  },
};
