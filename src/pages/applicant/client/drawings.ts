import { drawing } from '../../browser/dom.ts';
import type { Applicant, Kind } from './api.ts';

const corners =
  '<path class="guide" d="M10 30V16a6 6 0 0 1 6-6h14M130 10h14a6 6 0 0 1 6 6v14M150 90v14a6 6 0 0 1-6 6h-14M30 110H16a6 6 0 0 1-6-6V90"/>';
const lines = (x: number, ...rows: [y: number, width: number][]) =>
  rows.map(([y, width]) => `<path d="M${x} ${y}h${width}"/>`).join('');
const person = (x: number, y: number, size: number) =>
  `<g transform="translate(${x} ${y}) scale(${size})"><circle cx="12" cy="9" r="5.5"/><path d="M1.5 26c0-6.5 4.5-10 10.5-10s10.5 3.5 10.5 10"/></g>`;
const card = '<rect class="sheet" x="26" y="28" width="108" height="66" rx="7"/>';

const FRONT = `${corners}${card}${person(36, 44, 1.1)}${lines(76, [50, 44], [62, 34], [74, 40])}`;
const BACK = `${corners}${card}<path class="band" d="M26 42h108v12H26z"/>${lines(38, [68, 84], [80, 60])}`;
const PASSPORT = `${corners}<rect class="sheet" x="30" y="20" width="100" height="80" rx="6"/>${person(40, 30, 1.1)}${lines(78, [38, 40], [48, 30], [58, 36])}${lines(40, [78, 80], [88, 80])}`;
const FACE = `<ellipse class="guide" cx="80" cy="60" rx="38" ry="50"/>${person(50, 26, 2.5)}`;
const LETTER = `${corners}<rect class="sheet" x="46" y="16" width="68" height="88" rx="5"/>${lines(56, [34, 30], [44, 24], [62, 48], [72, 48], [82, 36])}`;
const VIDEO = `${FACE}<path class="guide" d="M26 48l-10 12 10 12M134 48l10 12-10 12"/>`;

/** Two lenses that change places, and a lamp. */
export const LENS =
  '<path d="M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5"/>';
export const TORCH = '<path d="M13 3 6 13.5h5L10 21l8-11h-5.5z"/>';

export function drawingOf(kind: Kind, { document_type }: Applicant): Element {
  const isPassport = document_type === 'passport';
  const markup = {
    document_front: isPassport ? PASSPORT : FRONT,
    document_back: BACK,
    facial_photo: FACE,
    facial_video: VIDEO,
    proof_of_address: LETTER,
  };
  const figure = drawing('0 0 160 120', markup[kind]);
  figure.setAttribute('class', 'drawing');
  return figure;
}
