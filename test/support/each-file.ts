/** Runs before each test file. */
import { forgetLeaks } from './leaks.ts';

forgetLeaks();
