/** Inlined into the page and allowed there by its hash: a change needs nothing else. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#fff, #12151a);
  --panel: light-dark(#f6f7f9, #1a1f26);
  --line: light-dark(#dde2e8, #2c333d);
  --text: light-dark(#1d232b, #e3e8ee);
  --muted: light-dark(#57616d, #9ca8b5);
  --link: light-dark(#1a5cb8, #82b4ff);
  --mark: light-dark(#fff3cf, #3b3218);
  --blue: light-dark(#1a5cb8, #82b4ff);
  --green: light-dark(#136a39, #6fce98);
  --amber: light-dark(#8a4b00, #e8b565);
  --red: light-dark(#b0241c, #ff958a);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; margin: 0; }
h1 { font-size: 2.125rem; letter-spacing: -0.02em; margin-bottom: 1rem; }
h2 { font-size: 1.625rem; letter-spacing: -0.01em; }
h3 { font-size: 1.25rem; }
h4 { font-size: 0.9375rem; margin: 2rem 0 0.5rem; }
p { margin: 0 0 1rem; max-width: 68ch; }
ul, dl { margin: 0; padding: 0; list-style: none; }
dd { margin: 0; }
a { color: var(--link); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:is(h3, nav) a { color: inherit; text-decoration: none; }
a:hover { text-decoration: underline; text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 3px; }
main:focus { outline: none; }
code, pre, .method, .statuses, .status { font-family: var(--mono); font-size: 0.875em; }
code { overflow-wrap: anywhere; }
:is(p, dd, li, td, summary) > code, p a > code { background: var(--panel); padding: 0.1em 0.3em; border-radius: 4px; }
pre { margin: 0; padding: 1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 8px;
  line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2; }
pre > code { font-size: 0.8125rem; }
summary { cursor: pointer; width: fit-content; min-height: 1.5rem; }
.skip { position: absolute; left: 1rem; top: -6rem; z-index: 1; padding: 0.75rem 1rem; background: var(--page); }
.skip:focus { top: 1rem; }

nav, main { padding: 1.5rem 1.25rem; }
nav { font-size: 0.9375rem; line-height: 1.4; border-bottom: 1px solid var(--line); }
nav :is(summary, li > a) { font-weight: 600; color: var(--text); }
nav details > ul { padding-top: 0.75rem; }
nav li > a { display: block; padding: 0.3rem 0; }
nav li li > a { display: grid; grid-template-columns: 3.25rem 1fr; align-items: baseline; font-weight: 400; color: var(--muted); }
nav li li > a:not(:has(.method)) { display: block; }
nav li li > a:hover { color: var(--text); }
nav li ul { margin: 0 0 0.75rem; }
section { margin-top: 4rem; padding-top: 2.5rem; border-top: 1px solid var(--line); }
.title { display: flex; justify-content: space-between; align-items: baseline; margin-bottom: 1.5rem; }
.up { font-size: 0.9375rem; }
article { margin-top: 3.5rem; }
.title + article { margin-top: 0; }
.version { font-size: 0.9375rem; font-weight: 400; letter-spacing: 0; color: var(--muted); }
.route { margin: 0.5rem 0 1.25rem; }
.route code { background: none; padding: 0; font-size: 0.9375rem; }
.method { font-weight: 600; font-size: 0.75rem; letter-spacing: 0.02em; color: var(--muted); }
.route .method { display: inline-block; padding: 0.15rem 0.5rem; margin-right: 0.35rem; border: 1px solid; border-radius: 5px; }
.get { color: var(--blue); }
.post { color: var(--green); }
:is(.put, .patch) { color: var(--amber); }
.delete { color: var(--red); }
.access, .media, .caption, .field > span, .facts, .choices, details { color: var(--muted); font-size: 0.9375rem; }
.field > strong { font-size: 0.8125rem; font-weight: 500; color: var(--amber); }
.field > code { font-weight: 600; background: none; padding: 0; color: var(--text); font-size: 0.9375rem; }
.field { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.625rem; max-width: none; }
.fields { border-top: 1px solid var(--line); }
.fields > li { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
.fields p { margin-bottom: 0.125rem; }
.fields .fields { margin: 0.75rem 0 0 0.25rem; padding-left: 1rem; border-top: 0; border-left: 2px solid var(--line); }
.fields .fields > li:last-child { border-bottom: 0; padding-bottom: 0; }
.facts { display: flex; flex-wrap: wrap; gap: 0.125rem 1.25rem; }
.choices { max-width: none; line-height: 1.8; }
details .choices { margin: 0.5rem 0 0; }
.media { margin-bottom: 0.75rem; }
dd .media { margin: 0; }
summary + .media { margin: 0.5rem 0 0; }
.responses > div { display: grid; grid-template-columns: 3.25rem 1fr; padding: 0.5rem 0; }
.responses + details { margin-top: 0.5rem; }
.status { font-weight: 600; color: var(--muted); line-height: 1.8; }
.s2 { color: var(--green); }
details .responses { color: var(--text); margin-top: 0.5rem; }
.statuses { margin-left: 0.5rem; word-spacing: 0.25em; }
.examples h4 { margin-top: 2rem; }
.caption { margin: 1rem 0 0.5rem; }
.schemes > div { padding: 0.75rem 0; border-top: 1px solid var(--line); }
.schemes dt { font-weight: 600; }
.schemes p { margin: 0.25rem 0 0; color: var(--muted); }
table { border-collapse: collapse; width: 100%; max-width: 56rem; font-size: 0.9375rem; }
th, td { text-align: left; vertical-align: baseline; padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); }
thead th { font-weight: 600; color: var(--muted); }
tbody th { font-weight: 400; }
:is(tr, .schemes > div):target { background: var(--mark); box-shadow: -0.5rem 0 var(--mark), 0.5rem 0 var(--mark); }
article:target > h3 a { background: var(--mark); box-shadow: -0.5rem 0 var(--mark), 0.5rem 0 var(--mark); box-decoration-break: clone; }

@media (max-width: 30rem) {
  table, tbody, tr { display: block; }
  thead { position: absolute; clip-path: inset(50%); }
  tr { display: grid; grid-template-columns: 1fr auto; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  th, td { border: 0; padding: 0; }
  td:last-child { grid-column: 1 / -1; }
}
@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 18rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; height: 100dvh; overflow-y: auto; padding: 2rem 1.25rem; border: 0; border-right: 1px solid var(--line); }
  main { padding: 3rem clamp(2rem, 4vw, 4rem) 6rem; max-width: 82rem; }
  .up { display: none; }
}
/* Where the contents of a closed details can be shown by style, a wide screen has no use for its handle. */
@supports selector(::details-content) {
  @media (min-width: 60rem) {
    nav summary { display: none; }
    nav details::details-content { content-visibility: visible; block-size: auto; }
    nav details > ul { padding: 0; }
  }
}
@media (min-width: 80rem) {
  .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 29rem); gap: 3rem; }
  .examples { position: sticky; top: 1.5rem; align-self: start; }
  .examples h4 { margin-top: 0; }
}
@media print {
  :root { color-scheme: light; font-size: 10pt; }
  body { display: block; }
  nav, .skip, .up { display: none; }
  main { padding: 0; max-width: none; }
  .columns { display: block; }
  .examples { position: static; }
  details::details-content { content-visibility: visible; block-size: auto; }
  h2, h3, h4, .route { break-after: avoid; }
  .fields > li, tr, pre { break-inside: avoid; }
}
`;
