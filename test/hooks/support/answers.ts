import type { Check, Delivery, Endpoint, Records } from './records.ts';

/** As the API answers it. */
export interface ShownCheck
  extends Pick<Check, 'id' | 'type' | 'status' | 'outcome' | 'findings' | 'evidence_version'> {
  facts?: { others?: { profile: string; code: string }[] } & Record<string, unknown>;
  scores?: Record<string, number>;
  provider: { name: string; version: string } | null;
}

export interface ClaimedCheck {
  id: string;
  type: string;
  profile: string;
  attempt: number;
  locked_until: string;
  external_ref: string;
  declared: Record<string, string | null>;
  documents: { kind: string; version: number; content_type: string; size: number; sha256: string }[];
  level: { name: string; min_age: number | null; photo_reuse: boolean };
}

interface CheckState {
  id: string;
  status: string;
  outcome: string;
}

export interface Claimed {
  id: string;
  attempt: number;
  endpoint: { id: string; url: string; secret: string; previous_secret: string; previous_expires_at: string };
  event: { id: string; type: string; sequence: number | null; created: string; data: Record<string, string> };
}

interface Linkable {
  id: string;
  status: string;
  partner: { slug: string; active: boolean; frontend_url: string };
}

interface Claim {
  claimed_by: string;
  claimed_until: string;
}

/** A document as the API answers. */
interface Document {
  id: string;
  kind: string;
  version: number;
  filename: string | null;
  size: number;
  sha256: string;
}

interface Consent {
  version: string;
  locale: string;
  given_at: string;
}

/** A profile as the API answers. */
interface Profile {
  id: string;
  status: string;
  full_name: string;
  document_number: string;
  date_of_birth: string | null;
  external_id: string | null;
  evidence_version: number;
  missing: string[];
  level: { name: string; version: number };
  consent: Consent | null;
  updated: string;
  latest_status: {
    to: string;
    kinds: string[];
    evidence_sha256: string | null;
    decided_by: string | null;
    reason_code: string | null;
  };
  checks: { status: string; outcome: string | null; evidence_version: number } | null;
  documents: Record<string, Document | null>;
}

/** The answer of each route; `:id` stands for any part of the path that is no constant. */
interface Routes {
  'GET /api/edge/schema': { migration: string; status_digest: string; dedupe: boolean };
  'POST /api/edge/profiles': Linkable & { created: boolean };
  'GET /api/edge/profiles/:id': Profile;
  'PATCH /api/edge/profiles/:id': Profile;
  'POST /api/edge/profiles/:id/form': Profile;
  'POST /api/edge/profiles/:id/documents': Document;
  'DELETE /api/edge/profiles/:id/documents/:id': null;
  'GET /api/edge/profiles/:id/open': { open: true };
  'GET /api/edge/profiles/:id/exists': { exists: true };
  'POST /api/edge/profiles/:id/submit': { status: string };
  'POST /api/edge/profiles/:id/consent': { version: string };
  'POST /api/edge/profiles/:id/hold': { legal_hold: boolean };
  'GET /api/edge/applicant': {
    id: string;
    status: string;
    required: string[];
    optional: string[];
    missing: string[];
    consent: { version: string; given_at: string | null } | null;
    reason: string | null;
  };
  'GET /api/edge/profiles/:id/checks': { items: ShownCheck[]; rounds_left: number };
  'POST /api/edge/profiles/:id/checks': { items: ShownCheck[]; replayed?: true };
  'POST /api/edge/checks/claim': { items: ClaimedCheck[] };
  'POST /api/edge/checks/callbacks': { woken: boolean };
  'POST /api/edge/checks/:id/heartbeat': { id: string; attempt: number; locked_until: string };
  'POST /api/edge/checks/:id/result': CheckState;
  'POST /api/edge/checks/:id/release': CheckState;
  'GET /api/edge/changes': { seq: number; profiles: string[]; all: boolean };
  'GET /api/edge/ids': { id: string };
  'POST /api/edge/profiles/:id/status': {
    changed: boolean;
    status: string;
    row: Records['status_history'];
    replayed?: true;
  };
  'POST /api/edge/profiles/:id/link': Linkable;
  'POST /api/edge/profiles/:id/notes': Records['notes'] & { replayed?: true };
  'POST /api/edge/profiles/:id/redact': { redacted: boolean };
  'POST /api/edge/profiles/:id/claim': Claim;
  'POST /api/edge/profiles/:id/release': Claim;
  'POST /api/edge/search': {
    items: Records['profiles'][];
    next: { created: string; id: string } | null;
    truncated: boolean;
  };
  'POST /api/edge/levels': Records['levels'];
  'POST /api/edge/keys': Records['api_keys'];
  'GET /api/edge/keys/:id': {
    id: string;
    digest: string;
    partner: string;
    partner_active: boolean;
    scopes: string[];
    expires_at: string;
    revoked_at: string;
  };
  'POST /api/edge/keys/:id/rotate': Records['api_keys'];
  'POST /api/edge/keys/:id/revoke': Records['api_keys'];
  'POST /api/edge/sweep': { expired: number; redacted: number; expiring: number; cleaned: number };
  'POST /api/edge/rekey': { rekeyed: number; done: boolean };
  'GET /api/edge/metrics': {
    statuses: Record<string, number>;
    queue: { size: number; oldest_seconds: number | null };
    decisions: { count: number; median_seconds: number | null };
    duplicates_avoided: number;
    oldest_undelivered_event_seconds: number | null;
    checks: {
      outcomes: Record<string, number>;
      oldest_queued_seconds: number | null;
      runner_seen_seconds: number | null;
    };
  };
  'GET /api/edge/metrics/daily': {
    items: { day: string; pending: number; approved: number; median_seconds: number | null }[];
  };
  'GET /api/edge/queue': {
    counts: Record<string, number>;
    items: { id: string; status: string; since: string; checks_status: string; checks_outcome: string }[];
  };
  'POST /api/edge/queue/next': { id: string | null };
  'POST /api/edge/webhooks': Endpoint;
  'POST /api/edge/webhooks/:id/rotate': Endpoint;
  'POST /api/edge/webhooks/:id/test': Delivery;
  'POST /api/edge/webhooks/:id/deliveries/:id/redeliver': Delivery;
  'POST /api/edge/deliveries/claim': { items: Claimed[] };
  'POST /api/edge/deliveries/:id/result': { ignored: boolean; next: string | null };
  'GET /api/collections/profiles': { id: string };
  'GET /api/logs': { items: { data: { collectionId: string } }[] };
  'POST /api/files/token': { token: string };
  'POST /api/collections/_superusers/auth-refresh': { record: { id: string } };
  'POST /api/collections/:id/auth-with-password': { token: string };
}

/** Any request may be refused. The problem's `status` is left out: it is the answer's, and records have a field of that name. */
interface Problem {
  code: string;
  detail: string;
  profile_id: string;
  level: string;
  fields: string[];
  retry_after: number;
  current_evidence_version: number;
  errors: { pointer: string; detail: string }[];
  /** PocketBase's own words for fields that it refuses. */
  data: Record<string, { code: string }>;
}

type WithoutQuery<Path> = Path extends `${infer Before}?${string}` ? Before : Path;
type Segment<Part> = string extends Part ? ':id' : Part;
type Pattern<Path> = Path extends `${infer Part extends string}/${infer Rest}`
  ? `${Segment<Part> & string}/${Pattern<Rest>}`
  : Segment<Path> & string;

type RecordOf<Name> = Name extends keyof Records ? Records[Name] : { id: string };
type Stored<Method, Path> = Path extends `/api/collections/${infer Name}/records`
  ? Method extends 'GET'
    ? { items: RecordOf<Name>[] }
    : RecordOf<Name>
  : Path extends `/api/collections/${infer Name}/records/${string}`
    ? RecordOf<Name>
    : unknown;

type Known<Method, Path, Route> = Route extends keyof Routes ? Routes[Route] : Stored<Method, Path>;

/** The body that answers a method and a path, if both are written out. An unknown route answers a problem at most. */
export type Body<Method extends string, Path extends string> = Partial<Problem> &
  Known<Method, WithoutQuery<Path>, `${Method} ${Pattern<WithoutQuery<Path>>}`>;
