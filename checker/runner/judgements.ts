import type { CheckType, ClaimedCheck } from '../../src/schemas/check.ts';
import type { DocumentKind } from '../../src/schemas/document.ts';
import { type Answer, answer, type Declared, type Finding } from '../judges/answer.ts';
import { judgeApplicantData } from '../judges/applicant-data.ts';
import type { DocumentReading } from '../judges/document.ts';
import { judgeDocumentMatch } from '../judges/document-match.ts';
import { judgeDocumentQuality, type PictureMeasures } from '../judges/document-quality.ts';
import { judgeDocumentText } from '../judges/document-text.ts';
import type { Sight } from './child.ts';

/** What was seen on each document that the check has. */
export type Sights = Partial<Record<DocumentKind, Sight>>;

export interface Judgement extends Answer {
  photo_hash?: string;
}

type Judge = (check: ClaimedCheck, sights: Sights, now: Date) => Judgement;

/** The documents that each built-in type looks at, and who judges them. */
export const BUILT_IN = {
  document_text: { looksAt: ['document_front', 'document_back'], judge: onReading(withExpiry(judgeDocumentText)) },
  document_match: { looksAt: ['document_front', 'document_back'], judge: onReading(judgeDocumentMatch) },
  document_quality: { looksAt: ['document_front', 'document_back', 'facial_photo'], judge: judgeQuality },
  document_reuse: { looksAt: ['facial_photo'], judge: judgeReuse },
  applicant_data: {
    looksAt: [],
    judge: ({ declared, level }, _, now) => judgeApplicantData(declared as Declared, level.min_age, now),
  },
  face_match: { looksAt: [], judge: () => answer([{ code: 'no_provider' }]) },
  face_liveness: { looksAt: ['facial_video'], judge: judgeLiveness },
} satisfies Partial<Record<CheckType, { looksAt: DocumentKind[]; judge: Judge }>>;

type Reader = (reading: DocumentReading, declared: Declared, now: Date) => Answer;

/** Profiles are told of an expiry that was surely read. */
function withExpiry(judge: Reader): Reader {
  return (...read) => {
    const judgement = judge(...read);
    const { outcome, findings, facts } = judgement;
    const isSure = outcome !== 'inconclusive' && !findings.some(({ code }) => code === 'zone_corrected');
    return isSure && facts.expiry ? { ...judgement, facts: { ...facts, expires_on: facts.expiry } } : judgement;
  };
}

/** A side that can't be seen matters only while the other one says nothing. */
function onReading(judge: Reader): Judge {
  return ({ declared }, sights, now) => {
    const reading = readingOf(sights);
    const unseeable = findingsOf(sights);
    const isBlank = !reading.zone && (!reading.barcode || reading.barcode === 'unreadable');
    if (isBlank && unseeable.length > 0) return answer(unseeable);
    return withPlace(judge(reading, declared as Declared, now), sights);
  };
}

/** Where the zone stands, so that the reviewer sees it cut out of the document. */
function withPlace(judgement: Answer, sights: Sights): Answer {
  const { zone } = judgement.facts;
  const [kind, place] = placeOf(sights) ?? [];
  return zone && place ? { ...judgement, facts: { ...judgement.facts, zone: { ...zone, kind, ...place } } } : judgement;
}

function placeOf(sights: Sights) {
  for (const [kind, sight] of Object.entries(sights)) {
    if ('seen' in sight && sight.seen.zone) return [kind, sight.seen.zone.place] as const;
  }
  return null;
}

function readingOf(sights: Sights): DocumentReading {
  const seen = Object.values(sights).flatMap((sight) => ('seen' in sight ? [sight.seen] : []));
  const barcodes = seen.flatMap(({ barcode }) => barcode ?? []);
  return {
    zone: seen.find(({ zone }) => zone)?.zone ?? null,
    barcode: barcodes.find((barcode) => barcode !== 'unreadable') ?? barcodes[0] ?? null,
  };
}

function findingsOf(sights: Sights): Finding[] {
  return Object.entries(sights).flatMap(([kind, sight]) =>
    'unseeable' in sight ? [{ code: sight.unseeable, kind }] : [],
  );
}

function judgeQuality(_: ClaimedCheck, sights: Sights): Judgement {
  const pictures = Object.entries(sights).flatMap(([kind, sight]): PictureMeasures[] => {
    if (!('seen' in sight) || !sight.seen.picture) return [];
    const { zone, barcode, picture } = sight.seen;
    return [{ kind, ...picture, isRead: Boolean(zone?.isSure || (barcode && barcode !== 'unreadable')) }];
  });
  const unseeable = findingsOf(sights);
  if (pictures.length === 0 && unseeable.length > 0) return answer(unseeable);
  const { findings, facts, scores } = judgeDocumentQuality(pictures);
  return answer([...unseeable, ...findings], facts, scores);
}

/** The hook searches. Of the photo it gets a hash, if level and consent say so. */
function judgeReuse(_: ClaimedCheck, { facial_photo }: Sights): Judgement {
  if (!facial_photo) return answer([]);
  if ('unseeable' in facial_photo) return answer([{ code: facial_photo.unseeable, kind: 'facial_photo' }]);
  const { photoHash } = facial_photo.seen;
  return { ...answer([]), ...(photoHash && { photo_hash: photoHash }) };
}

/** Nothing in here sees a face. Still a video that nobody could watch is told at once. */
function judgeLiveness(_: ClaimedCheck, { facial_video }: Sights): Judgement {
  if (facial_video && 'unseeable' in facial_video) return answer(findingsOf({ facial_video }));
  const video = facial_video?.seen.video;
  return answer([{ code: 'no_provider' }], video ? { video } : {});
}
