import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A page each, encrypted under every revision of the standard handler: `<name>-user.pdf` by the password `secret`, `<name>-owner.pdf` by an
 * owner's password alone. Made by `qpdf --static-id --allow-weak-crypto --encrypt <user> owner <40|128|256> … -- page.pdf`.
 */
export const ENCRYPTED_PDFS = ['r2', 'r3', 'r3-linearized', 'r4', 'r5', 'r6', 'r6-streams'];

export function readPdf(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, 'pdf', `${name}.pdf`));
}
