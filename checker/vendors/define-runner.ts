import type { CheckType, ClaimedCheck, Finding } from '../../src/schemas/check.ts';
import { answer } from '../judges/answer.ts';
import type { Conclusion, Documents, Perform, Runner } from '../runner/runner.ts';

/** What a vendor's adapter brings. All of it may be called again after a crash, so each call twice must do what it does once. */
export interface Vendor<Answer> {
  /** As levels name it, and the path of its callbacks: `/api/checks/callbacks/<name>`. */
  name: string;
  version: string;
  types: readonly CheckType[];
  /**
   * Hands a check in under its id, which the vendor repeats as `external_ref` in callbacks.
   * @returns how the vendor calls it, if not by that id
   */
  submit(check: ClaimedCheck, documents: Documents, signal: AbortSignal): Promise<string | undefined>;
  /** The vendor's answer; null while there is none. A callback only wakes this: whoever sent it, nothing of it is believed. */
  fetch(reference: string, signal: AbortSignal): Promise<Answer | null>;
  /** The answer in our words. */
  map(answer: Answer): Found;
  /** The vendor forgets the applicant. One that it doesn't know is no error. */
  erase(reference: string): Promise<void>;
}

export interface Found {
  findings: Finding[];
  scores?: Record<string, number>;
  facts?: Record<string, unknown>;
  models?: Record<string, string>;
}

/** The vendor won't do this check, however often it is asked. */
export class VendorRefusedError extends Error {}

/** When to look again if no callback comes, in seconds after the check was made. Past the last one nobody waits any more. */
const LOOKS_AFTER_SECONDS = [300, 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600];

/** @param now in milliseconds, for tests */
export function defineRunner<Answer>(vendor: Vendor<Answer>, now: () => number = Date.now): Runner {
  const stop = new AbortController();
  const perform: Perform = async (check, documents) => {
    try {
      return await (check.external_ref ? look(check, check.external_ref) : handIn(check, documents));
    } catch (error) {
      if (!(error instanceof VendorRefusedError)) throw error;
      return conclude({ findings: [{ code: 'vendor_refused' }] });
    }
  };

  async function handIn(check: ClaimedCheck, documents: Documents): Promise<Conclusion> {
    const name = await vendor.submit(check, documents, stop.signal);
    return { external_ref: name ? `${check.id}:${name}` : check.id, after_seconds: LOOKS_AFTER_SECONDS[0] as number };
  }

  async function look(check: ClaimedCheck, externalRef: string): Promise<Conclusion> {
    const found = await vendor.fetch(referenceOf(externalRef), stop.signal);
    if (found !== null) return conclude(vendor.map(found), externalRef);
    const waitedSeconds = (now() - Date.parse(check.created)) / 1_000;
    const next = LOOKS_AFTER_SECONDS.find((seconds) => seconds > waitedSeconds);
    if (next === undefined) return conclude({ findings: [{ code: 'vendor_timeout' }] }, externalRef);
    return { external_ref: externalRef, after_seconds: Math.ceil(next - waitedSeconds) };
  }

  return {
    name: vendor.name,
    version: vendor.version,
    types: vendor.types,
    begin: () => perform,
    erase: (externalRef) => vendor.erase(referenceOf(externalRef)),
    stop: async () => stop.abort(),
  };
}

/** Outcomes follow from codes for everybody: a vendor has no word of its own for them. */
function conclude({ findings, facts, scores, models = {} }: Found, externalRef?: string): Conclusion {
  const judged = answer(findings as Parameters<typeof answer>[0], facts, scores) as Conclusion;
  return { ...judged, models, ...(externalRef && { external_ref: externalRef }) } as Conclusion;
}

/** The vendor's own name of the check, or else our id. */
function referenceOf(externalRef: string): string {
  const at = externalRef.indexOf(':');
  return at < 0 ? externalRef : externalRef.slice(at + 1);
}
