import { type PDFiumDocument, PDFiumLibrary } from '@hyzyla/pdfium';
import type { Picture } from '../../src/lib/zones/picture.ts';
import { UnseeableError } from './unseeable-error.ts';

/** A document has a few pages. More are a book, whose first page says nothing of an applicant. */
const MAX_PAGES = 20;
const POINTS_PER_INCH = 72;
const DOTS_PER_INCH = 300;

/**
 * The first page at 300 dpi, or smaller where its longer edge would exceed `maxEdge` pixels.
 * @throws UnseeableError
 */
export async function renderFirstPage(bytes: Uint8Array, maxEdge: number): Promise<Picture> {
  // A library of its own for each file: what one file has broken shall not meet the next, and its memory goes back.
  const library = await PDFiumLibrary.init();
  let document: PDFiumDocument | undefined;
  try {
    document = await library.loadDocument(bytes);
    if (document.getPageCount() > MAX_PAGES) throw new UnseeableError('pdf_too_long');
    const page = document.getPage(0);
    const { originalWidth, originalHeight } = page.getOriginalSize();
    const scale = Math.min(DOTS_PER_INCH / POINTS_PER_INCH, maxEdge / Math.max(originalWidth, originalHeight));
    return await page.render({ scale, colorSpace: 'Gray', renderFormFields: true, render: async ({ data }) => data });
  } catch (error) {
    if (error instanceof UnseeableError) throw error;
    throw new UnseeableError(/password/i.test((error as Error).message) ? 'pdf_encrypted' : 'pdf_unreadable', error);
  } finally {
    document?.destroy();
    library.destroy();
  }
}
