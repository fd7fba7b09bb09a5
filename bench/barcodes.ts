/** `node bench/barcodes.ts [of each] [seed]`: how many drawn licences the barcode reader reads exactly, at four levels of damage. */
import { readPdf417 } from '../checker/barcode/read-barcode.ts';
import { DAMAGES, licenceText, photographLicence, randomFrom } from './lib/licence.ts';
import { median } from './lib/statistics.ts';

const ofEach = Number(process.argv[2] ?? 50);
const random = randomFrom(Number(process.argv[3] ?? 1));

for (const [level, damage] of Object.entries(DAMAGES)) {
  let exact = 0;
  let wrong = 0;
  const times: number[] = [];
  for (let one = 0; one < ofEach; one++) {
    const text = licenceText(random);
    const picture = await photographLicence(text, damage, random);
    const start = performance.now();
    const bytes = await readPdf417(picture);
    times.push(performance.now() - start);
    if (!(bytes instanceof Uint8Array)) continue;
    if (Buffer.from(bytes).toString('latin1') === text) exact++;
    else wrong++;
  }
  console.log(
    `${level}: ${exact} of ${ofEach} exact, ${wrong} wrong, median ${median(times).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`,
  );
}
