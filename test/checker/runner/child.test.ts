import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Examiner } from '../../../checker/runner/child.ts';
import { hostileFiles, memoryBomb, photo, video } from '../support/files.ts';

const examiners: Examiner[] = [];
afterEach(() => Promise.all(examiners.splice(0).map((examiner) => examiner.stop())));

function start(options?: { taskTimeoutMs: number }): Examiner {
  const examiner = new Examiner(options);
  examiners.push(examiner);
  return examiner;
}

const fill = (bytes: Uint8Array) => async (file: FileHandle) => void (await file.write(bytes, 0, bytes.length, 0));
const lookAt = (examiner: Examiner, bytes: Uint8Array, kind: 'document_front' | 'facial_photo' | 'facial_video') =>
  examiner.look({ kind }, fill(bytes));
const pictures = (await photo().jpeg().toBuffer()) as Uint8Array;
const seenPhoto = { seen: { photoHash: expect.any(String), picture: expect.any(Object) } };
const leftBehind = () => readdirSync(tmpdir()).filter((name) => name.startsWith('ekyc-checker-'));

describe('the child', () => {
  it('sees what the kind of document asks for', async () => {
    const examiner = start();
    expect(await lookAt(examiner, pictures, 'facial_photo')).toMatchObject(seenPhoto);
    expect(await lookAt(examiner, await video('mp4'), 'facial_video')).toMatchObject({
      seen: { video: { width: 320 } },
    });
  });

  it('has no setting of the runner in its environment, and reads no file but the project’s', async () => {
    process.env.EKYC_API_KEY = 'ek_live_secret';
    const examiner = start();
    await lookAt(examiner, pictures, 'facial_photo');
    const environment = readFileSync(`/proc/${examiner.pid}/environ`, 'utf8').split('\0').filter(Boolean);
    delete process.env.EKYC_API_KEY;
    expect(environment.map((line) => line.split('=')[0]).sort()).toEqual([
      'MALLOC_ARENA_MAX',
      'NODE_CHANNEL_FD',
      'NODE_CHANNEL_SERIALIZATION_MODE',
    ]);
    expect(readFileSync(`/proc/${examiner.pid}/cmdline`, 'utf8')).toContain('--permission');
  });

  it('is one and the same for many files', async () => {
    const examiner = start();
    const first = lookAt(examiner, pictures, 'facial_photo').then(() => examiner.pid);
    const others = [1, 2, 3, 4].map(() => lookAt(examiner, pictures, 'document_front').then(() => examiner.pid));
    expect(new Set([await first, ...(await Promise.all(others))]).size).toBe(1);
  });
});

describe('hostile files end in a code, and the next file is seen', async () => {
  const examiner = new Examiner();
  afterAll(() => examiner.stop());
  const files = [...(await hostileFiles()), ['a page that inflates to 800 MB', memoryBomb(), 'out_of_memory'] as const];

  it.each(files)('%s', async (_, file, code) => {
    expect(await lookAt(examiner, file, 'document_front')).toMatchObject({ unseeable: code });
    expect(await lookAt(examiner, pictures, 'facial_photo')).toMatchObject(seenPhoto);
  });

  it('a video without its index', async () => {
    const file = (await video('mp4')).subarray(0, 9_000);
    expect(await lookAt(examiner, file, 'facial_video')).toMatchObject({ unseeable: 'video_unreadable' });
  });

  it('one that takes too long', async () => {
    const slow = start({ taskTimeoutMs: 1 });
    expect(await lookAt(slow, pictures, 'document_front')).toEqual({ unseeable: 'out_of_time' });
  });
});

describe('kill -9', () => {
  /** Kills the child as soon as the file is in its hands. */
  const killDuring = (examiner: Examiner, times: number) => async (file: FileHandle) => {
    await fill(pictures)(file);
    if (times-- > 0) process.kill(examiner.pid as number, 'SIGKILL');
  };

  it('of the child while it looks: the file is seen by the next one', async () => {
    const examiner = start();
    expect(await examiner.look({ kind: 'facial_photo' }, killDuring(examiner, 1))).toMatchObject(seenPhoto);
  });

  it('of both that look at a file: it is taken for the file’s fault', async () => {
    const examiner = start();
    const kill = killDuring(examiner, 2);
    expect(await examiner.look({ kind: 'facial_photo' }, kill)).toEqual({ unseeable: 'out_of_memory' });
    expect(await lookAt(examiner, pictures, 'facial_photo')).toMatchObject(seenPhoto);
  });

  it('of an idle child: nobody notices', async () => {
    const examiner = start();
    await lookAt(examiner, pictures, 'facial_photo');
    const { pid } = examiner;
    process.kill(pid as number, 'SIGKILL');
    await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false));
    expect(await lookAt(examiner, pictures, 'facial_photo')).toMatchObject(seenPhoto);
  });

  it('leaves no file behind, and none has a name while it is looked at', async () => {
    const examiner = start();
    const before = leftBehind();
    await examiner.look({ kind: 'facial_photo' }, async (file) => {
      await killDuring(examiner, 1)(file);
      expect(leftBehind()).toEqual(before);
    });
    expect(leftBehind()).toEqual(before);
  });
});

it('what can’t be fetched is the caller’s to handle, and the next file is seen', async () => {
  const examiner = start();
  const failed = examiner.look({ kind: 'document_front' }, () => Promise.reject(new Error('gone')));
  await expect(failed).rejects.toThrow('gone');
  expect(await lookAt(examiner, pictures, 'facial_photo')).toMatchObject(seenPhoto);
});

it('a stop ends the child, and files that wait are told', async () => {
  const examiner = start();
  await lookAt(examiner, pictures, 'facial_photo');
  const { pid } = examiner;
  const waiting = [1, 2].map(() => lookAt(examiner, pictures, 'document_front').catch((error: Error) => error.message));
  await examiner.stop();
  expect(await Promise.all(waiting)).toEqual(['The runner stops', 'The runner stops']);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});
