/** Text from bytes; null when they are not UTF-8, as U+FFFD in their place would damage a name silently. A byte order mark is dropped. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

/** Whether the percent-encoded bytes of a query or a form are UTF-8. A `%` that begins no code stands for itself (WHATWG URL §1.3). */
export function isEncodedUtf8(text: string): boolean {
  try {
    decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}
