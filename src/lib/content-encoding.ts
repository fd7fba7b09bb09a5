import { ApiProblem } from './problem.ts';

/** @throws ApiProblem `unsupported_media_type` for a compressed body, and says which one is accepted (RFC 9110 §12.5.3) */
export function refuseEncoding(contentEncoding: string | null | undefined): void {
  if ((contentEncoding?.trim().toLowerCase() || 'identity') === 'identity') return;
  throw new ApiProblem('unsupported_media_type', 'Send the body without a Content-Encoding', {
    headers: { 'accept-encoding': 'identity' },
  });
}
