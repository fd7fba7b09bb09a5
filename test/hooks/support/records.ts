export interface Event {
  id: string;
  partner: string;
  profile: string;
  sequence: number;
  type: string;
  created: string;
  data: {
    profile_id: string;
    external_id?: string;
    from?: string;
    to?: string;
    kind?: string;
    version?: number;
    fields?: string[];
    outcome?: string;
  };
}

export interface Endpoint {
  id: string;
  partner: string;
  url: string;
  events: string[];
  enabled: boolean;
  disabled_reason: string;
  failing_since: string;
  previous_expires_at: string;
}

export interface Delivery {
  id: string;
  endpoint: string;
  event: string;
  event_type: string;
  status: string;
  attempt: number;
  next_attempt_at: string;
  locked_until: string;
  last_status: number;
  last_latency_ms: number;
  last_excerpt: string;
  last_error: string;
}

/** A row. */
export interface Check {
  id: string;
  profile: string;
  type: string;
  status: string;
  outcome: string;
  findings: { code: string; kind?: string; field?: string }[];
  facts: Record<string, unknown> | null;
  scores: Record<string, number> | null;
  inputs: { kind: string; version: number; sha256: string }[] | null;
  evidence_version: number;
  round: number;
  attempt: number;
  lost: number;
  next_attempt_at: string;
  locked_until: string;
  held_by: string;
  completed: string;
  result: string;
}

/** The fields of records that tests read. */
export interface Records {
  profiles: {
    id: string;
    partner: string;
    status: string;
    latest_status: string;
    full_name: string;
    email: string;
    external_id: string;
    dedupe_key: string;
    number_skeleton: string;
    evidence_version: number;
    missing: string[];
    mismatches: number;
    legal_hold: boolean;
    links_valid_after: string;
    claimed_by: string;
    claimed_until: string;
    final_since: string;
    redacted_at: string;
    updated: string;
  };
  documents: {
    id: string;
    collectionId: string;
    profile: string;
    kind: string;
    version: number;
    file: string;
    filename: string;
    size: number;
    sha256: string;
    state: string;
    uploaded_by: string;
  };
  status_history: {
    id: string;
    seq: number;
    from: string;
    to: string;
    reason: string;
    note: string;
    kinds: string[];
    evidence_version: number;
    evidence_sha256: string;
    actor_type: string;
    actor_id: string;
    request_id: string;
    created: string;
  };
  audit_log: {
    id: string;
    seq: number;
    action: string;
    profile: string;
    partner: string;
    target: string;
    actor_type: string;
    actor_id: string;
    request_id: string;
  };
  notes: { id: string; seq: number; text: string; actor_type: string; actor_id: string };
  partners: { id: string; slug: string; name: string; active: boolean };
  api_keys: { id: string; partner: string; name: string; expires_at: string; revoked_at: string };
  events: Event;
  checks: Check;
  levels: { id: string; partner: string; name: string; version: number; spec: Record<string, unknown> };
  consents: { version: string; locale: string; sha256: string; given_at: string; actor_type: string; actor_id: string };
  webhook_endpoints: Endpoint;
  webhook_deliveries: Delivery;
}
