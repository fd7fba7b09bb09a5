import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { AppEnv } from './app-env.ts';
import { openApi } from './http/openapi.ts';
import { onError, onMethodNotAllowed, onNotFound } from './http/problem.ts';
import { applicantCors } from './middleware/applicant-cors.ts';
import { requestContext } from './middleware/request-context.ts';
import { requestLog } from './middleware/request-log.ts';
import { secureDefaults } from './middleware/secure-defaults.ts';
import { applicant } from './routes/applicant.ts';
import { dashboard } from './routes/dashboard.tsx';
import { documents } from './routes/documents.ts';
import { notes } from './routes/notes.ts';
import { profiles } from './routes/profiles.ts';
import { service } from './routes/service.ts';
import { statusHistory } from './routes/status-history.ts';
import { verify } from './routes/verify.ts';

export const app = new Hono<AppEnv>();

app.use(requestContext());
app.use(requestLog());
app.use(secureDefaults());
app.use(methodNotAllowed({ app, onMethodNotAllowed }));
app.use('/api/applicant/*', applicantCors());

app.route('/', service);
app.route('/', openApi(app));
app.route('/api/profiles', profiles);
app.route('/api/profiles', documents);
app.route('/api/profiles', notes);
app.route('/api/status_history', statusHistory);
app.route('/api/applicant', applicant);
app.route('/verify', verify);
app.route('/dashboard', dashboard);

app.notFound(onNotFound);
app.onError(onError);
