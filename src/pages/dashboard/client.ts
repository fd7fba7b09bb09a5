import { keepDrafts } from './client/drafts.ts';
import { watchForms } from './client/forms.ts';
import { refresh, startLive } from './client/live.ts';
import { keepSessionAlive } from './client/session.ts';
import { watchKeys } from './client/shortcuts.ts';
import { watchTimes } from './client/times.ts';
import { enhanceViewers } from './client/viewer.ts';

// On a phone the tabs go beyond the window.
document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
enhanceViewers(document);
watchForms();
keepDrafts();
watchKeys();
watchTimes(refresh);
keepSessionAlive();
startLive();
