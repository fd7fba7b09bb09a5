import type { Context } from 'hono';
import { accepts } from 'hono/accepts';

/** Whether a person's browser asks, which names `text/html`; a program that takes anything does not. */
export function acceptsHtml(c: Context): boolean {
  return accepts(c, { header: 'Accept', supports: ['text/html'], default: '' }) === 'text/html';
}
