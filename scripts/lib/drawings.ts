/** Pictures and a film of nobody, drawn by a browser: for screenshots and tests, which need what a reviewer could look at. */
import type { Page } from 'playwright-core';

export interface Drawn {
  document_front: Buffer<ArrayBuffer>;
  document_back: Buffer<ArrayBuffer>;
  facial_photo: Buffer<ArrayBuffer>;
  facial_video: Buffer<ArrayBuffer>;
}

const FILM_MS = 2_500;

/** As JPEG, the film as MP4: Chromium writes its WebM without a duration, and a player cannot seek in that. `page` is blank and stays open. */
export async function draw(page: Page, name: string): Promise<Drawn> {
  const drawn = (await page.evaluate(`(${drawInBrowser})(${JSON.stringify({ name, filmMs: FILM_MS })})`)) as Record<
    keyof Drawn,
    string
  >;
  return Object.fromEntries(
    Object.entries(drawn).map(([kind, base64]) => [kind, Buffer.from(base64, 'base64')]),
  ) as unknown as Drawn;
}

/** Runs in the browser, so it is a text: nothing of this module reaches there. */
const drawInBrowser = `async ({ name, filmMs }) => {
  const canvas = (width, height) => Object.assign(document.createElement('canvas'), { width, height });
  const base64 = async (blob) => {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  };
  const jpeg = (target) => new Promise((resolve) => target.toBlob((blob) => resolve(base64(blob)), 'image/jpeg', 0.85));
  const face = (pen, x, y, size, tilt = 0) => {
    pen.save();
    pen.translate(x, y);
    pen.fillStyle = '#5b6b7b';
    pen.beginPath(); pen.ellipse(0, size * 1.35, size * 1.05, size * 0.75, 0, Math.PI, 0); pen.fill();
    pen.rotate(tilt);
    pen.fillStyle = '#3d2f28';
    pen.beginPath(); pen.ellipse(0, -size * 0.12, size * 0.62, size * 0.8, 0, 0, 7); pen.fill();
    pen.fillStyle = '#d9a98a';
    pen.beginPath(); pen.ellipse(0, 0, size * 0.52, size * 0.68, 0, 0, 7); pen.fill();
    pen.fillStyle = '#2a211c';
    for (const side of [-1, 1]) { pen.beginPath(); pen.arc(side * size * 0.2, -size * 0.08, size * 0.05, 0, 7); pen.fill(); }
    pen.strokeStyle = '#8d4f3f'; pen.lineWidth = size * 0.05;
    pen.beginPath(); pen.arc(0, size * 0.22, size * 0.17, 0.35, Math.PI - 0.35); pen.stroke();
    pen.restore();
  };
  const card = (lines, withFace) => {
    const target = canvas(1280, 810);
    const pen = target.getContext('2d');
    pen.fillStyle = '#6f665b'; pen.fillRect(0, 0, 1280, 810);
    pen.translate(640, 405); pen.rotate(-0.012); pen.translate(-640, -405);
    pen.fillStyle = '#dfe8ef'; pen.beginPath(); pen.roundRect(70, 50, 1140, 710, 36); pen.fill();
    pen.strokeStyle = '#b9cbd9'; pen.lineWidth = 2;
    for (let wave = 0; wave < 26; wave++) {
      pen.beginPath();
      for (let x = 80; x < 1200; x += 8) pen.lineTo(x, 90 + wave * 26 + Math.sin(x / 60 + wave / 2) * 9);
      pen.stroke();
    }
    if (withFace) { pen.fillStyle = '#c3d2de'; pen.fillRect(120, 220, 330, 420); pen.save(); pen.beginPath(); pen.rect(120, 220, 330, 420); pen.clip(); face(pen, 285, 420, 190); pen.restore(); }
    pen.fillStyle = '#1c3146';
    lines.forEach(([text, size, x, y]) => { pen.font = size + 'px sans-serif'; pen.fillText(text, x, y); });
    return target;
  };
  const front = card([['SPECIMEN', 44, 120, 150], ['Name', 24, 500, 260], [name, 42, 500, 310], ['Date of birth', 24, 500, 390], ['30.04.1990', 42, 500, 440], ['Number', 24, 500, 520], ['C1234567', 42, 500, 570]], true);
  const back = card([['SPECIMEN', 44, 120, 150], ['Issued', 24, 120, 260], ['12.05.2021', 42, 120, 310], ['Valid until', 24, 500, 260], ['11.05.2031', 42, 500, 310], ['I<UTOC1234567<<<<<<<<<<<<<<<', 46, 120, 620], ['9004305F3105118UTO<<<<<<<<<<<8', 46, 120, 690]], false);
  const selfie = canvas(900, 1200);
  const portrait = (pen, tilt) => { pen.fillStyle = '#aab7bd'; pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height); face(pen, pen.canvas.width / 2, pen.canvas.height * 0.45, pen.canvas.width * 0.42, tilt); };
  portrait(selfie.getContext('2d'), 0.04);

  const film = canvas(240, 320);
  const pen = film.getContext('2d');
  const parts = [];
  const recorder = new MediaRecorder(film.captureStream(24), { mimeType: 'video/mp4;codecs=vp9', videoBitsPerSecond: 1500000 });
  let bytes = 0;
  recorder.ondataavailable = ({ data }) => { parts.push(data); bytes += data.size; };
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start(250);
  const startedAt = performance.now();
  // A busy machine encodes late.
  while (performance.now() - startedAt < filmMs || (bytes < 30000 && performance.now() - startedAt < 20 * filmMs)) {
    portrait(pen, Math.sin((performance.now() - startedAt) / 400) * 0.25);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  recorder.stop();
  await ended;
  return {
    document_front: await jpeg(front),
    document_back: await jpeg(back),
    facial_photo: await jpeg(selfie),
    facial_video: await base64(new Blob(parts)),
  };
}`;
