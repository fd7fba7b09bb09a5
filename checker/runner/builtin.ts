import { createHash } from 'node:crypto';
import { WEIGHTS } from '../../src/lib/zones/weights.ts';
import type { ClaimedCheck } from '../../src/schemas/check.ts';
import type { DocumentKind } from '../../src/schemas/document.ts';
import packageJson from '../package.json' with { type: 'json' };
import { Examiner, type Sight } from './child.ts';
import { BUILT_IN, type Sights } from './judgements.ts';
import type { Conclusion, Documents, Perform, Runner } from './runner.ts';

const TYPES = Object.keys(BUILT_IN) as (keyof typeof BUILT_IN)[];

/** The reader's weights, by the beginning of their digest. */
const MODELS = { zone_reader: createHash('sha256').update(WEIGHTS).digest('hex').slice(0, 16) };

export function createBuiltIn(examiner: Examiner = new Examiner()): Runner {
  return {
    name: 'builtin',
    version: packageJson.version,
    types: TYPES,
    begin: () => performWith(examiner),
    stop: () => examiner.stop(),
  };
}

/** Four checks look at the same documents: each is fetched and looked at once. */
function performWith(examiner: Examiner): Perform {
  const sights = new Map<string, Promise<Sight>>();
  const look = (check: ClaimedCheck, documents: Documents, kind: DocumentKind): Promise<Sight> => {
    const { sha256 } = check.documents.find((document) => document.kind === kind) ?? {};
    const key = `${check.profile} ${kind} ${sha256}`;
    const sight = sights.get(key) ?? examiner.look({ kind }, (file) => write(documents.read(kind), file));
    sights.set(key, sight);
    return sight;
  };
  return (check, documents) => perform(check, (kind) => look(check, documents, kind));
}

async function perform(check: ClaimedCheck, look: (kind: DocumentKind) => Promise<Sight>): Promise<Conclusion> {
  const { looksAt, judge } = BUILT_IN[check.type as keyof typeof BUILT_IN];
  const kinds = (looksAt as DocumentKind[]).filter((kind) => isWanted(check, kind));
  const seen = await Promise.all(kinds.map(async (kind) => [kind, await look(kind)] as const));
  const judgement = judge(check, Object.fromEntries(seen) as Sights, new Date()) as Conclusion;
  return { ...judgement, models: MODELS };
}

function isWanted({ type, level, documents }: ClaimedCheck, kind: DocumentKind): boolean {
  // Only where the level asks for it may the photo be compared with others'.
  if (type === 'document_reuse' && !level.photo_reuse) return false;
  return documents.some((document) => document.kind === kind);
}

async function write(chunks: AsyncIterable<Uint8Array>, file: { write: FileWrite }): Promise<void> {
  let at = 0;
  for await (const chunk of chunks) {
    await file.write(chunk, 0, chunk.length, at);
    at += chunk.length;
  }
}

type FileWrite = (chunk: Uint8Array, offset: number, length: number, position: number) => Promise<unknown>;
