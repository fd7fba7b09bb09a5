import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { BODY_PROBLEMS, endpoint } from '../http/endpoint.ts';
import { ID } from '../http/paths.ts';
import { jsonBody, query } from '../http/validate.ts';
import { CreateLevelBody, Level, Levels, LevelsQuery } from '../schemas/level.ts';
import { createLevel, listLevels, readLevel } from '../services/levels.ts';

export const levels = new Hono<AppEnv>()
  .post(
    '/',
    endpoint({
      id: 'createLevel',
      tag: 'Operations',
      summary: 'Make a level, or the next version of one',
      description:
        'A level says what a profile needs. Profiles keep the version that they were created under. A create names a level: the partner’s own of that name stands before the operator’s. One of the name `default` stands for creates that name none.',
      access: 'levels:manage',
      answers: { 201: { description: 'The version', schema: Level } },
      problems: BODY_PROBLEMS,
    }),
    jsonBody(CreateLevelBody),
    async (c) => c.json(await createLevel(c.get('pb'), c.req.valid('json')), 201),
  )
  .get(
    '/',
    endpoint({
      id: 'listLevels',
      tag: 'Operations',
      summary: 'List the versions of levels, newest first',
      description: 'The built-in `default` has no row, and so does not stand here.',
      access: 'levels:manage',
      answers: { 200: { description: 'A page of levels', schema: Levels } },
      problems: ['validation_failed'],
    }),
    query(LevelsQuery),
    async (c) => c.json(await listLevels(c.get('pb'), c.get('caller'), c.req.valid('query'))),
  )
  .get(
    `/${ID}`,
    endpoint({
      id: 'readLevel',
      tag: 'Operations',
      summary: 'Read a version of a level',
      access: 'levels:manage',
      answers: { 200: { description: 'The version', schema: Level } },
      problems: ['not_found'],
    }),
    async (c) => c.json(await readLevel(c.get('pb'), c.req.param('id'))),
  );
