/** How much of a receiver's answer is kept. */
const MAX_BYTES = 512;

/** The beginning of an answer, as text; the rest is never read. */
export async function readExcerpt(response: Response): Promise<string | null> {
  if (!response.body) return null;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let left = MAX_BYTES; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  return clip(text) || null;
}

/** Without control characters, and cut again: each byte that is no UTF-8 has become three. */
function clip(text: string): string {
  const clean = text.replace(/\p{Cc}/gu, '');
  const { read } = new TextEncoder().encodeInto(clean, new Uint8Array(MAX_BYTES));
  return clean.slice(0, read);
}
