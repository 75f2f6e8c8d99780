"""How the report looks: on a wide screen and a narrow one, in light and dark, and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: light-dark(#fffdfa, #151d20);
  --raised: light-dark(#ffffff, #1d282c);
  --ink: light-dark(#1c2a2d, #e7eeed);
  --faint: light-dark(#5a686b, #9db0b1);
  --line: light-dark(#e8e2d8, #2a373b);
  --track: light-dark(#f1ece3, #212d31);
  --accent: light-dark(#0b6e75, #6fd0d3);
  --warm: light-dark(#c07a1c, #e3b15c);
  --green: light-dark(#2f8f5b, #5cc98f);
  --yellow: light-dark(#d9a514, #e8c65a);
  --red: light-dark(#c4473a, #f08a7c);
}
* { box-sizing: border-box; }
body {
  max-width: 66rem;
  margin: 0 auto;
  padding: 3rem clamp(1rem, 4vw, 3rem) 4rem;
  background: var(--paper);
  color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
h1, h2, h3, p, ol, ul, dl, dd, blockquote { margin: 0; padding: 0; }
h1 { font-size: clamp(1.75rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -0.015em; margin: 0.1em 0 0.25em; }
h2 { font-size: 1.35rem; letter-spacing: -0.01em; margin-bottom: 0.4rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 0.4rem; }
small { font-size: 0.875rem; font-weight: 400; color: var(--faint); }
a { color: var(--accent); text-underline-offset: 2px; }
.faint { color: var(--faint); font-size: 0.9375rem; }
.kicker { color: var(--accent); font-size: 0.8125rem; font-weight: 700; letter-spacing: 0.09em; text-transform: uppercase; }
section { margin-top: 2.75rem; padding-top: 1.25rem; border-top: 2px solid var(--ink); }
section > p + p, section > ol + p { margin-top: 0.6rem; }
section > ul { margin: 0.5rem 0 0 1.2rem; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem; margin-top: 2rem; }
.tiles > div { padding: 0.9rem 1.1rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--raised); }
.tiles dt { color: var(--faint); font-size: 0.875rem; }
.tiles dd:nth-of-type(1) { font-size: 2rem; font-weight: 650; line-height: 1.2; letter-spacing: -0.02em; }

.bars { list-style: none; margin-top: 0.75rem; }
.bars li {
  display: grid;
  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) 4.5rem;
  gap: 0.25rem 1.25rem;
  align-items: center;
  padding: 0.4rem 0;
  border-top: 1px solid var(--line);
}
.bars li:first-child { border-top: 0; }
.bars svg { display: block; width: 100%; height: 0.8rem; border-radius: 3px; background: var(--track); }
.label { line-height: 1.35; }
.figure { text-align: right; font-weight: 650; line-height: 1.25; }
.bars small, h3 small { display: block; }
.drawn small { margin-top: 0.15rem; line-height: 1.3; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 3.5rem; align-items: start; }
.pair .bars li { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) 4.5rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.25rem; list-style: none; color: var(--faint); font-size: 0.875rem; }
section > .legend { margin: 0.6rem 0 0; }
.legend i { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.45rem; border-radius: 3px; vertical-align: -0.08rem; }
.accent { fill: var(--accent); } i.accent { background: var(--accent); }
.warm { fill: var(--warm); } i.warm { background: var(--warm); }
.green { fill: var(--green); } i.green { background: var(--green); }
.yellow { fill: var(--yellow); } i.yellow { background: var(--yellow); }
.red { fill: var(--red); } i.red { background: var(--red); }

.talk { break-inside: avoid; }
blockquote { margin: 0.5rem 0; padding: 0.1rem 0 0.1rem 1rem; border-left: 3px solid var(--line); white-space: pre-line; }
.wide { margin-top: 1.75rem; overflow-x: auto; }
table { width: 100%; min-width: 38rem; border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.45rem 0 0.45rem 1rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { padding-left: 0; text-align: left; font-weight: 400; white-space: normal; }
thead th { color: var(--faint); font-size: 0.875rem; font-weight: 400; }

@media (max-width: 44rem) {
  body { padding-top: 1.75rem; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 0.6rem; }
  .tiles > div { padding: 0.7rem 0.85rem; }
  .tiles dd:nth-of-type(1) { font-size: 1.5rem; }
  .pair { grid-template-columns: 1fr; }
  .bars li, .pair .bars li { grid-template-columns: minmax(0, 1fr) auto; padding: 0.6rem 0; }
  .drawn { grid-row: 2; grid-column: 1 / -1; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; background: none; font-size: 10.5pt; }
  section { margin-top: 2rem; padding-top: 1rem; }
  h2, h3, .legend, h2 + p { break-after: avoid; }
  .bars li, .tiles > div, .pair > div, tr { break-inside: avoid; }
  .tiles { grid-template-columns: repeat(4, 1fr); }
  svg, i, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@page { margin: 18mm; }
"""
