import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';

/** Of the frame in which card and face are drawn at their full size. */
const DRAWN_WIDTH = 1280;
const PORTRAIT = `<svg viewBox="0 0 100 120"><rect width="100" height="120" fill="#cfdfe3"/>
<path d="M8 120c0-26 18-36 42-36s42 10 42 36z" fill="#35606b"/><path d="M40 70h20v20q-10 8-20 0z" fill="#c99a7c"/>
<ellipse cx="50" cy="50" rx="22" ry="28" fill="#dcae90"/><path d="M26 50c-4-30 10-36 24-36s28 6 24 36c-4-14-10-20-24-20s-20 6-24 20z" fill="#3b2b25"/>
<circle cx="42" cy="50" r="2.4" fill="#2b2220"/><circle cx="58" cy="50" r="2.4" fill="#2b2220"/>
<path d="M43 64q7 5 14 0" fill="none" stroke="#8c4a3c" stroke-width="2" stroke-linecap="round"/></svg>`;

const CARD = `<div style="width:1060px;height:668px;border-radius:40px;background:linear-gradient(120deg,#e8f0e6,#d5e6ea);padding:48px;
box-sizing:border-box;box-shadow:0 12px 40px #0006;font:28px system-ui;color:#233">
<b style="font-size:38px;letter-spacing:4px">SPECIMEN · IDENTITY CARD</b><div style="display:flex;gap:44px;margin-top:36px">
<div style="width:290px;border-radius:12px;overflow:hidden">${PORTRAIT}</div><div style="line-height:1.35">
<small>Name</small><br><b>EXAMPLE, ADA</b><br><small>Date of birth</small><br><b>30 04 1990</b><br><small>Number</small><br><b>X1234567</b>
<br><small>Valid until</small><br><b>29 04 2031</b></div></div></div>`;
const FACE = `<div style="width:800px;margin-top:20px">${PORTRAIT.replace('<rect width="100" height="120" fill="#cfdfe3"/>', '')}</div>`;

/** Films for Chromium's fake camera, one frame each: a card that nobody ever issued, and a face that nobody has. */
export async function specimens(
  browser: Browser,
  directory: string,
  size: { width: number; height: number },
): Promise<{ card: string; face: string }> {
  const page = await browser.newPage({ viewport: size });
  const zoom = size.width / DRAWN_WIDTH;
  async function film(name: string, background: string, content: string): Promise<string> {
    await page.setContent(
      `<body style="margin:0;height:100vh;display:grid;place-items:center;background:${background}"><div style="zoom:${zoom}">${content}`,
    );
    const path = join(directory, `${name}-${size.width}.mjpeg`);
    writeFileSync(path, await page.screenshot({ type: 'jpeg', quality: 90 }));
    return path;
  }
  const films = {
    card: await film('card', '#3d332c', CARD),
    face: await film('face', 'linear-gradient(#dbe7ea,#b9cdd3)', FACE),
  };
  await page.close();
  return films;
}
