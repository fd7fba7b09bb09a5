/** `npm run checker:vendor`: hands checks to a server of one's own (standard.ts), in place of the built-in runner or beside it. */
import { CheckType } from '../../src/schemas/check.ts';
import { startRunner } from '../runner/start.ts';
import { defineRunner } from './define-runner.ts';
import { standardVendor } from './standard.ts';

const { VENDOR_NAME = 'standard', VENDOR_URL, VENDOR_KEY, VENDOR_TYPES = 'document_authenticity' } = process.env;
const types = CheckType.array().safeParse(VENDOR_TYPES.split(','));
if (!VENDOR_URL || !VENDOR_KEY || !types.success) {
  console.error(
    'npm run checker:vendor: VENDOR_URL and VENDOR_KEY must be set, and VENDOR_TYPES be a comma list of types',
  );
  process.exitCode = 1;
} else {
  const url = VENDOR_URL.replace(/\/+$/, '');
  const vendor = standardVendor({ name: VENDOR_NAME, url, key: VENDOR_KEY, types: types.data });
  await startRunner(defineRunner(vendor), process.env);
}
