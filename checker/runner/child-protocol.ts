import type { DocumentKind } from '../../src/schemas/document.ts';

/** The child's file descriptor of the one file that it looks at. The file has no name, so nothing of it outlives both processes. */
export const FILE_DESCRIPTOR = 3;

/** With the runner's own 100 MB this stays below 700 MB. A picture of 50 megapixels needs 400 MB. */
export const MAX_RSS_BYTES = 560_000_000;

/** Ends a child that took too much memory, and tells that from every other end. Nothing else sends it. */
export const OUT_OF_MEMORY_SIGNAL = 'SIGUSR2';

export interface Watch {
  parent: number;
  maxRssBytes: number;
}

/** Which document the file is: that decides what is looked for. */
export interface Task {
  kind: DocumentKind;
}
