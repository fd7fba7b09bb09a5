import manifest from '../../package.json' with { type: 'json' };

export const NAME = 'eKYC Edge';
export const VERSION: string = manifest.version;
