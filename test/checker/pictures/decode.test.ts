import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../checker/pictures/decode.ts';
import { readPdf } from '../../support/pdf.ts';
import { hostileFiles, pdf, photo, png } from '../support/files.ts';

const corner = async (file: Buffer) => (await decode(file)).picture.data[0] as number;

describe('decoding a picture', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('a %s becomes grey, a byte per pixel', async (format) => {
    const { picture, sent, isEdited } = await decode(await photo(300, 400).toFormat(format).toBuffer());
    expect([picture.width, picture.height, picture.data.length]).toEqual([300, 400, 120_000]);
    expect([sent, isEdited]).toEqual([{ width: 300, height: 400 }, false]);
  });

  it('it stands upright, as its EXIF orientation says', async () => {
    const lying = await photo(300, 400).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { picture, sent } = await decode(lying);
    expect([picture.width, picture.height, sent]).toEqual([400, 300, { width: 400, height: 300 }]);
  });

  it('a large one becomes smaller, and its size as sent is kept', async () => {
    const { picture, sent } = await decode(await photo(2000, 5000).jpeg().toBuffer());
    expect([picture.width, picture.height, sent]).toEqual([1200, 3000, { width: 2000, height: 5000 }]);
  });

  it('what is transparent is paper', async () => {
    const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: '#0000' } });
    expect(await corner(await clear.png().toBuffer())).toBe(255);
  });

  it('16 bits a channel become 8', async () => {
    const deep = sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } }).toColourspace('rgb16');
    expect(await corner(await deep.png().toBuffer())).toBeCloseTo(128, -1);
  });

  it.each([
    ['Adobe Photoshop 25.0', true],
    ['GIMP 2.10', true],
    ['HDR+ 1.0.585804376zd', false],
    ['17.4.1', false],
    ['7', false],
  ])('software named %s is an editor: %s', async (Software, isEdited) => {
    const file = await photo(64, 64).withExif({ IFD0: { Software } }).jpeg().toBuffer();
    expect((await decode(file)).isEdited).toBe(isEdited);
  });
});

describe('decoding a PDF', () => {
  it('its first page becomes a picture at 300 dpi', async () => {
    const { picture } = await decode(await pdf(await photo().jpeg().toBuffer(), { pages: 2, points: [288, 216] }));
    expect([picture.width, picture.height]).toEqual([1200, 900]);
    expect(new Set(picture.data).size).toBeGreaterThan(50);
  });

  it('a page as large as a wall becomes a picture no larger than any other', async () => {
    const { picture } = await decode(await pdf(await photo().jpeg().toBuffer(), { points: [14_400, 7_200] }));
    expect([picture.width, picture.height]).toEqual([3000, 1500]);
  });

  it('one that needs a password says so', async () => {
    await expect(decode(readPdf('r4-user'))).rejects.toMatchObject({ code: 'pdf_encrypted' });
  });
});

describe('hostile files', async () => {
  it.each(await hostileFiles())('%s', async (_, file, code) => {
    await expect(decode(file)).rejects.toMatchObject({ code });
  });

  it('a PNG that inflates to far more than it says is decoded as far as it says', async () => {
    const { sent } = await decode(png({ width: 64, height: 64, rows: 4_000_000 }));
    expect(sent).toEqual({ width: 64, height: 64 });
  });
});
