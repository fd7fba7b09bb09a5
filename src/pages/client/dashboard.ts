import { watchForms } from './dashboard/forms.ts';
import { startLive } from './dashboard/live.ts';
import { keepSessionAlive } from './dashboard/session.ts';
import { watchKeys } from './dashboard/shortcuts.ts';
import { watchTimes } from './dashboard/times.ts';
import { enhanceViewers } from './dashboard/viewer.ts';

enhanceViewers(document);
watchForms();
watchKeys();
watchTimes();
keepSessionAlive();
startLive();
