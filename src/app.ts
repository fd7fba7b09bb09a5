import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { AppEnv } from './app-env.ts';
import { onError, onMethodNotAllowed, onNotFound } from './http/problem.ts';
import { applicantCors } from './middleware/applicant-cors.ts';
import { drainBody } from './middleware/drain-body.ts';
import { knownHost } from './middleware/known-host.ts';
import { limitFailedAuth } from './middleware/limit-failed-auth.ts';
import { requestContext } from './middleware/request-context.ts';
import { requestLog } from './middleware/request-log.ts';
import { secureDefaults } from './middleware/secure-defaults.ts';
import { wakeDeliveries } from './middleware/wake-deliveries.ts';
import { applicant } from './routes/applicant.ts';
import { audit } from './routes/audit.ts';
import { dashboard } from './routes/dashboard.tsx';
import { documents } from './routes/documents.ts';
import { events } from './routes/events.ts';
import { health } from './routes/health.ts';
import { keys } from './routes/keys.ts';
import { metrics } from './routes/metrics.ts';
import { notes } from './routes/notes.ts';
import { openApi } from './routes/openapi.ts';
import { partners } from './routes/partners.ts';
import { profiles } from './routes/profiles.ts';
import { statusHistory } from './routes/status-history.ts';
import { verify } from './routes/verify.ts';
import { webhooks } from './routes/webhooks.ts';

export const app = new Hono<AppEnv>();

app.use(drainBody());
app.use(requestContext());
app.use(requestLog());
app.use(secureDefaults());
app.use(wakeDeliveries());
// Answers under every host.
app.route('/', health);
app.use(knownHost());
app.use(methodNotAllowed({ app, onMethodNotAllowed }));
app.use('/api/applicant/*', applicantCors());
app.use(limitFailedAuth());

app.route('/', openApi(app));
app.route('/api/profiles', profiles);
app.route('/api/profiles', documents);
app.route('/api/profiles', notes);
app.route('/api/status_history', statusHistory);
app.route('/api/applicant', applicant);
app.route('/api/partners', partners);
app.route('/api/keys', keys);
app.route('/api/audit', audit);
app.route('/api/metrics', metrics);
app.route('/api/webhooks', webhooks);
app.route('/api/events', events);
app.route('/verify', verify);
app.route('/dashboard', dashboard);

app.notFound(onNotFound);
app.onError(onError);
