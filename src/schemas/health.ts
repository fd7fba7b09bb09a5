import * as z from 'zod';

const Url = z.url();

export const ServiceInfo = z
  .object({
    name: z.string(),
    version: z.string(),
    links: z.object({ docs: Url, openapi: Url, health: Url, ready: Url }),
  })
  .meta({ id: 'ServiceInfo' });

export const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
export const Readiness = z.object({ status: z.literal('ready') }).meta({ id: 'Readiness' });
