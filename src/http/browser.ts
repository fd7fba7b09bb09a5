/** What a browser's request tells of itself. */
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { AppEnv } from '../app-env.ts';
import { ApiProblem } from '../lib/problem.ts';
import { ownOrigins } from './public-url.ts';

/** A person's browser names `text/html`; a program at most accepts everything. */
export function acceptsHtml(c: Context): boolean {
  return accepts(c, { header: 'Accept', supports: ['text/html'], default: '' }) === 'text/html';
}

/** A request that an open page makes by itself, without its reader. */
export function isBackground(c: Context): boolean {
  return c.req.header('x-live') !== undefined || c.req.header('accept') === 'text/event-stream';
}

export function wantsPage(c: Context): boolean {
  return !isBackground(c) && acceptsHtml(c);
}

/** A method that changes nothing (RFC 9110 §9.2.1). */
export function isSafe(c: Context): boolean {
  return ['GET', 'HEAD'].includes(c.req.method);
}

/** @throws ApiProblem `forbidden`. A browser sends `Origin` with every unsafe method, and no page can forge it. */
export function checkOrigin(c: Context<AppEnv>): void {
  if (ownOrigins(c).includes(c.req.header('origin') ?? '')) return;
  throw new ApiProblem('forbidden', 'The request must come from this origin');
}
