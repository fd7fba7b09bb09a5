import { parseJson } from '../lib/json.ts';
import { ApiProblem } from '../lib/problem.ts';
import { readText } from './body.ts';

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/**
 * The JSON body of a request, not yet validated.
 * @param optional lets an empty body stand for `{}`
 * @throws ApiProblem `payload_too_large`, `unsupported_media_type`, `invalid_request`, `validation_failed`
 */
export async function readJson(request: Request, { optional }: { optional: boolean }): Promise<unknown> {
  const text = await readText(request, { type: JSON_TYPE, typeName: 'application/json', mayBeEmpty: optional });
  if (optional && text === '') return {};
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof ApiProblem) throw error;
    throw new ApiProblem('invalid_request', 'The body is not the JSON that its Content-Type promises');
  }
}
