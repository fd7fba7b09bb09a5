/** One document of any size, sent or fetched, with the time that it took. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';

export const MB = 1_000_000;
const BOUNDARY = 'boundary-of-the-benchmark';
const noise = randomBytes(MB);
const head = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1');

export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
export type Around = (bytes: number) => { before: string; after: string };

const opened = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="facial_video"; filename="me.mp4"\r\nContent-Type: video/mp4\r\n\r\n`;
const closed = `\r\n--${BOUNDARY}--\r\n`;
export const FORM: Around = () => ({ before: opened, after: closed });
/** As the Worker sends it to PocketBase: what it found out about the file stands behind it. */
export const UPSTREAM_FORM: Around = (size) => {
  const facts = JSON.stringify({ filename: 'me.mp4', content_type: 'video/mp4', size, sha256: '0'.repeat(64) });
  const part = `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="facial_video_meta"\r\n\r\n${facts}`;
  return { before: opened, after: part + closed };
};
export const BARE: Around = () => ({ before: '', after: '' });

export interface Transfer {
  port: number;
  method: string;
  path: string;
  headers?: Record<string, string>;
  /** What stands around the video in the body; null for none at all. */
  around: Around | null;
}

export interface Moved {
  ms: number;
  /** On the wire, heads included. */
  sent: number;
  received: number;
}

/** From the first byte sent to the last received. @throws unless the answer is 200 and whole */
export async function transfer(plan: Transfer, bytes: number): Promise<Moved> {
  const { port, method, path, headers } = plan;
  const around = plan.around?.(bytes);
  const length = around ? around.before.length + bytes + around.after.length : 0;
  const startedAt = performance.now();
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    headers: { ...headers, ...(around && { 'content-length': length }) },
  });
  const answered = once(outgoing, 'response');
  if (around) {
    outgoing.write(Buffer.concat([Buffer.from(around.before), head]));
    for (let left = bytes - head.length; left > 0; left -= MB) {
      if (!outgoing.write(left < MB ? noise.subarray(0, left) : noise)) await once(outgoing, 'drain');
    }
    outgoing.write(around.after);
  }
  outgoing.end();
  const [response] = await answered;
  let received = 0;
  for await (const chunk of response) received += chunk.length;
  if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode}`);
  if (!around && received !== bytes) throw new Error(`${method} ${path}: ${received} bytes`);
  return {
    ms: performance.now() - startedAt,
    sent: outgoing.socket?.bytesWritten ?? 0,
    received: outgoing.socket?.bytesRead ?? 0,
  };
}
