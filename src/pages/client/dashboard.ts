import { watchForms } from './dashboard/forms.ts';
import { startLive } from './dashboard/live.ts';
import { keepSessionAlive } from './dashboard/session.ts';
import { watchKeys } from './dashboard/shortcuts.ts';
import { watchTimes } from './dashboard/times.ts';
import { enhanceViewers } from './dashboard/viewer.ts';

// On a phone the tabs go beyond the window.
document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
enhanceViewers(document);
watchForms();
watchKeys();
watchTimes();
keepSessionAlive();
startLive();
