import type * as z from 'zod';
import type { ActorType } from '../schemas/status.ts';

/** Who acts. PocketBase's rules and hooks read from this alone which records are in reach, and who made a change. */
export interface Actor {
  type: z.infer<typeof ActorType>;
  id: string;
  /** The one partner whose records are in reach; `null` for all. */
  partner: string | null;
  /** Of a caller: names the credential without revealing it. */
  credentialId?: string;
  /** A page that reads itself again because something has changed: no reading that the audit log tells of. */
  isRefresh?: boolean;
  /** Applicants only: `iat` of the token, in seconds with milliseconds. */
  linkIssuedAt?: number;
}

/** The Worker itself, where it acts for no caller: for all partners. */
export const SYSTEM: Actor = { type: 'system', id: '', partner: null };
