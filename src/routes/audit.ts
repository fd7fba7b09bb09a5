import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { endpoint } from '../http/endpoint.ts';
import { query } from '../http/validate.ts';
import { AuditLog, AuditQuery } from '../schemas/audit.ts';
import { listAudit } from '../services/audit.ts';

export const audit = new Hono<AppEnv>().get(
  '/',
  endpoint({
    id: 'readAudit',
    tag: 'Operations',
    summary: 'Read who read documents, decided, managed keys and partners, or erased, newest first',
    access: 'audit:read',
    answers: { 200: { description: 'A page of the log', schema: AuditLog } },
    problems: ['validation_failed'],
  }),
  query(AuditQuery),
  async (c) => c.json(await listAudit(c.get('pb'), c.get('caller'), c.req.valid('query'))),
);
