import { streamDocument } from '../../src/http/document-stream.ts';
import { streamMultipart } from '../../src/http/multipart-stream.ts';
import type { Send } from '../../src/http/upstream-stream.ts';

interface Env {
  UPSTREAM: string;
  TOKEN: string;
}

/** `/pass` forwards the body and looks at nothing: the yardstick. The other two are what the product does. */
export default {
  async fetch({ url, body, headers }: Request, env: Env): Promise<Response> {
    const send: Send = (stream, contentType, signal) => {
      const actor = { authorization: env.TOKEN, 'x-partner': '*', 'x-actor-type': 'service', 'x-actor-id': 'bench' };
      return fetch(env.UPSTREAM, {
        method: 'PATCH',
        body: stream,
        headers: { ...actor, 'content-type': contentType },
        signal,
      });
    };
    const length = Number(headers.get('content-length'));
    const contentType = headers.get('content-type') ?? '';
    switch (new URL(url).pathname) {
      case '/put': {
        const facts = { kind: 'facial_video', filename: null, sha256: null } as const;
        return (await streamDocument({ ...facts, body, contentType, length }, send)).response;
      }
      case '/multipart': {
        const fieldNames = ['full_name'];
        return (await streamMultipart({ body, contentType, length, fieldNames, onFields: (fields) => fields }, send))
          .response;
      }
      default:
        return body ? send(body, contentType, new AbortController().signal) : new Response(null, { status: 400 });
    }
  },
};
