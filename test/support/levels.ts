import { randomUUID } from 'node:crypto';
import type { Level } from '../../src/schemas/level.ts';
import { api } from './api.ts';
import type { TestWorker } from './worker.ts';

export const CONSENT = {
  version: '2026-01',
  url: 'https://acme.example/consent',
  text: { en: 'I agree that my face is compared.', vi: 'Tôi đồng ý so sánh khuôn mặt.', fr: 'J’accepte.' },
};

/** Of `acme`, with a name of its own, for passports alone. */
export const levelData = (fields: Record<string, unknown> = {}) => ({
  partner: 'acme',
  name: `level-${randomUUID().slice(0, 8)}`,
  required: { passport: ['document_front'] },
  ...fields,
});

export async function makeLevel(
  worker: Pick<TestWorker, 'fetch' | 'keys'>,
  fields: Record<string, unknown> = {},
): Promise<Level> {
  const response = await api(worker, worker.keys.internal).post('/api/levels', levelData(fields));
  if (response.status !== 201) throw new Error(`Not made: ${await response.text()}`);
  return (await response.json()) as Level;
}
