/** The closed table of error codes (RFC 9457 `code`), with status and title. The API answers no code that is not here. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  unauthenticated: { status: 401, title: 'Credentials are missing or not valid' },
  forbidden: { status: 403, title: 'These credentials may not do this' },
  not_found: { status: 404, title: 'There is no such resource' },
  method_not_allowed: { status: 405, title: 'This resource does not support the method' },
  illegal_transition: { status: 409, title: 'The profile cannot move to this status' },
  status_conflict: { status: 409, title: 'The profile is no longer in the expected status' },
  evidence_changed: { status: 409, title: 'The evidence is no longer the one that was seen' },
  applicant_mismatch: { status: 409, title: 'The document is known under another name or date of birth' },
  level_differs: { status: 409, title: 'The applicant is known under another level' },
  external_id_taken: { status: 409, title: 'The external_id belongs to another applicant' },
  duplicate_applicant: { status: 409, title: 'The document belongs to another applicant' },
  profile_locked: { status: 409, title: 'The profile can no longer be changed' },
  idempotency_in_progress: { status: 409, title: 'A request with this idempotency key is in progress' },
  gone: { status: 410, title: 'The profile has been erased' },
  precondition_failed: { status: 412, title: 'A precondition does not hold' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content is not of an accepted type' },
  range_not_satisfiable: { status: 416, title: 'The range lies outside the document' },
  misdirected_request: { status: 421, title: 'This service does not answer under this host' },
  validation_failed: { status: 422, title: 'The request does not pass validation' },
  digest_mismatch: { status: 422, title: 'The content does not match its digest' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used with another request' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  upstream_unavailable: { status: 503, title: 'The service is temporarily unavailable' },
  not_configured: { status: 503, title: 'The service is not configured for this' },
  upstream_timeout: { status: 504, title: 'The service took too long to answer' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof PROBLEMS;

export interface FieldError {
  /** RFC 6901 JSON pointer into the body; `/` + the name for a header, path or query value. */
  pointer: string;
  detail: string;
}

export interface ProblemExtras {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Further members of the problem document, such as `allowed` or `current_status`. */
  members?: Record<string, unknown>;
  /** For the log only: the answer never carries it. */
  cause?: unknown;
}

/** An outcome that ends the request with a problem document. `detail` reaches the caller: never put upstream text or personal data in it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly extras: ProblemExtras;

  constructor(code: ErrorCode, detail: string = PROBLEMS[code].title, extras: ProblemExtras = {}) {
    super(`${code}: ${detail}`, { cause: extras.cause });
    this.code = code;
    this.detail = detail;
    this.extras = extras;
  }

  get status() {
    return PROBLEMS[this.code].status;
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(PROBLEMS, value);
}
