import { version } from '../../package.json';

export const NAME = 'eKYC Edge';
/** Imported by its name, as a bundle would hold the whole manifest otherwise. */
export const VERSION: string = version;
