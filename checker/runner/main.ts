/** `npm run checker`: the automated checks of an installation, until it is told to stop. */
import { createBuiltIn } from './builtin.ts';
import { startRunner } from './start.ts';

await startRunner(createBuiltIn(), process.env);
