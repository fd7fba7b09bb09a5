/**
 * An error that reaches the client as `{code, status, detail, ...extras}`, whichever hook throws it. PocketBase rewrites the data of an
 * ApiError, so gate.pb.js answers with its raw data instead.
 */
const problem = (status, code, detail, extras) =>
  new ApiError(status, detail, { problem: { code, status, detail, ...extras } });

function fail(status, code, detail, extras) {
  throw problem(status, code, detail, extras);
}

/** What `fail` threw, or undefined. Go wraps errors on their way, so each is looked into. */
function problemOf(thrown) {
  const error = thrown?.value ?? thrown;
  if (typeof error?.rawData === 'function') return error.rawData()?.problem;
  if (typeof error?.unwrap !== 'function') return undefined;
  for (const inner of [].concat(error.unwrap() ?? [])) {
    const problem = problemOf(inner);
    if (problem) return problem;
  }
}

/** The problem of a record that one of our own routes found invalid; undefined for any other error. */
function validationProblemOf(thrown) {
  const error = thrown?.value ?? thrown;
  if (typeof error?.rawData === 'function') return undefined; // the records API has its own shape for it
  const fields = Object.entries(new BadRequestError('', error).data);
  if (fields.length === 0) return undefined;
  const errors = fields.map(([name, reason]) => ({ pointer: `/${name}`, detail: reason.message }));
  return { code: 'validation_failed', status: 422, detail: 'The record is not valid.', errors };
}

/** The answer of PocketBase's records API to fields that it refuses; undefined for any other error. */
function refusedFieldsOf(thrown) {
  const error = thrown?.value ?? thrown;
  const isRefusal = typeof error?.rawData === 'function' && Object.keys(error.data ?? {}).length > 0;
  return isRefusal ? error : undefined;
}

module.exports = { fail, problem, problemOf, refusedFieldsOf, validationProblemOf };
