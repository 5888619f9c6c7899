"""The look of the report: calm on screen, the national form on A4."""

CSS = """
:root { --ink: #1d2a33; --soft: #5a6872; --line: #dfe5e8; --paper: #fff; --ground: #f3f6f7; --accent: #17656f;
  --tint: #eaf4f4; --red: #b3261e; --red-tint: #fdecea; --amber: #7a4d00; --amber-tint: #fff3d9; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 20px; }
header, section, details { background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
  padding: 18px 22px; margin-bottom: 14px; }
h1 { font-size: 1.05rem; font-weight: 600; margin: 0; color: var(--accent); }
h2 { font-size: .95rem; margin: 0 0 8px; color: var(--accent); }
p { margin: 6px 0; } ul, ol { margin: 0; padding: 0; list-style: none; }
.top { display: flex; justify-content: space-between; gap: 12px; align-items: center; }
.ai { font-size: .82rem; background: var(--amber-tint); color: var(--amber); border-radius: 99px; padding: 3px 12px;
  white-space: nowrap; }
.person { margin: 6px 0 4px; } .name { font-size: 1.75rem; margin-right: 14px; } .who { font-size: 1.05rem; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 22px; font-size: .9rem; }
.facts b, .label { color: var(--soft); font-weight: 400; margin-right: 8px; }
.alerts { background: var(--red-tint); border: 2px solid var(--red); }
.alerts h2 { color: var(--red); }
.alerts li { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; padding: 3px 0; }
.alerts b { font-size: 1.3rem; color: var(--red); } .rank { font-weight: 600; color: var(--red); }
.numbers { display: flex; flex-wrap: wrap; padding: 14px 8px; }
.numbers div { flex: 1 1 150px; padding: 2px 16px; border-left: 1px solid var(--line); display: flex;
  flex-direction: column; }
.numbers div:first-child { border-left: 0; flex-grow: 1.5; }
.numbers strong { font-size: 2.3rem; line-height: 1.15; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.numbers strong.none, .unit, .before, .why, .sure, .small { color: var(--soft); }
.numbers .none { font-weight: 400; }
.unit, .before, .why, .small { font-size: .85rem; } .source .tag, .source .sure { display: inline-block; }
.pair { display: grid; grid-template-columns: 3fr 2fr; gap: 14px; }
.card { font-size: .97rem; } .card p b { font-size: 1.15rem; }
.card .label { display: inline-block; min-width: 4.5em; }
.referral b { color: var(--red); }
.card li { padding: 3px 0; border-top: 1px dashed var(--line); } .card li:first-child { border-top: 0; }
.card ul { margin-top: 8px; } .note { color: var(--soft); font-size: .88rem; }
.card .warn { color: var(--amber); background: var(--amber-tint); border: 0; border-radius: 8px; padding: 4px 10px;
  margin-bottom: 4px; }
code { font: .8rem/1.4 ui-monospace, "Noto Sans Mono CJK SC", monospace; background: var(--tint); color: var(--accent);
  border-radius: 6px; padding: 1px 7px; margin: 0 8px; }
.reasons code { margin-left: 0; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 400; }
td, tr > th { padding: 6px 8px; vertical-align: baseline; border-top: 1px solid var(--line); }
.form tr > [scope=rowgroup] { width: 11%; color: var(--accent); font-weight: 600; font-size: .9rem; vertical-align: top;
  padding-top: 8px; }
.form tbody tr:first-child > * { border-top: 2px solid #c9d8da; }
.form tr > [scope=row] { width: 17%; color: var(--soft); } .value { width: 34%; } .value b { font-size: 1.12rem; }
.empty [scope=row], .empty td { padding-top: 3px; padding-bottom: 3px; font-size: .88rem; }
.empty .why { font-size: inherit; } .empty [scope=row], .empty .why { color: #5b6770; }
.suggested { color: var(--accent); font-weight: 600; font-size: .95rem; margin-right: 10px; }
.target { color: var(--soft); font-size: .85rem; white-space: nowrap; }
.target i, .line i { font-style: normal; border-bottom: 1px solid var(--soft); }
.source { font-size: .9rem; } .source > * { margin-right: 8px; } q { color: var(--ink); }
.tag { font-size: .78rem; background: var(--tint); color: var(--accent); border-radius: 6px; padding: 1px 7px;
  white-space: nowrap; }
.tag.warn { background: var(--amber-tint); color: var(--amber); }
.sure { font-size: .78rem; } audio { height: 28px; width: 210px; vertical-align: middle; }
.medicines th { color: var(--soft); font-size: .86rem; border-top: 0; } .gone { color: var(--soft); }
.gone b { font-weight: 400; text-decoration: line-through; }
.sign p:first-child { font-weight: 600; }
.transcript summary { cursor: pointer; color: var(--accent); font-weight: 600; }
.transcript li { display: grid; grid-template-columns: 6em 1fr auto; gap: 10px; padding: 5px 0;
  border-top: 1px solid var(--line); } .transcript b { font-weight: 400; color: var(--soft); }
.transcript .them span { font-weight: 600; }
@media (max-width: 700px) { main { padding: 10px; } .pair { grid-template-columns: 1fr; gap: 0; }
  .form tr { display: grid; grid-template-columns: 8em 1fr; } .form tr > [scope=rowgroup] { grid-column: 1 / -1; }
  .form tr > [scope], .value, .form .source { width: auto; }
  .form .source { grid-column: 1 / -1; border-top: 0; padding-top: 0; }
  .form .source:empty { display: none; }
  .transcript li { grid-template-columns: 1fr; gap: 0; } }
@page { size: A4; margin: 12mm 12mm 14mm; }
@media print {
  body { background: none; font-size: 9.5pt; line-height: 1.35; color: #000; }
  main { max-width: none; padding: 0; }
  header, section { border: 0; border-radius: 0; padding: 0; margin: 0 0 5pt; }
  header { border-bottom: 1.2pt solid #000; padding-bottom: 4pt; }
  h1 { font-size: 14pt; color: #000; } h2 { font-size: 10pt; color: #000; margin: 0 0 3pt; }
  .name { font-size: 13pt; } .facts { font-size: 8.5pt; }
  .alerts { border: 1.2pt solid #000; background: none; padding: 4pt 6pt; }
  .alerts h2, .alerts b, .rank, .referral b { color: #000; font-size: 10.5pt; }
  .numbers, audio, .transcript, .source .sure, .sheet > h2, .note { display: none; }
  .pair { display: block; } .pair .card + .card { display: none; }
  .card { font-size: 9pt; } .card .label { min-width: 0; font-size: 9pt; }
  .card p { display: inline-block; margin: 0 12pt 0 0; } .card p b { font-size: 10pt; }
  .card ul { margin: 2pt 0 0; } .card li { border: 0; padding: 0; font-size: 8.5pt; }
  .form, .medicines { border: .8pt solid #000; }
  .form tr > td, .form tr > [scope], .medicines td, .medicines th { border: .4pt solid #777; padding: 1.1pt 4pt;
    font-size: 8.8pt; line-height: 1.3; }
  .form tbody tr:first-child > * { border-top: .8pt solid #000; } .value { width: 38%; }
  .form tr { break-inside: avoid; } .value b, .suggested { font-size: 9.5pt; color: #000; }
  code, .tag, .tag.warn { background: none; color: #000; font-size: 8.5pt; padding: 0; }
  .form tr > [scope=rowgroup] { color: #000; font-weight: 700; font-size: 8.8pt; padding-top: 1.1pt; }
  .form .source { font-size: 8pt; } .empty .why, .why, .before, .target, .unit { color: #444; font-size: 8.5pt; }
  .ai { border: .6pt solid #000; background: none; color: #000; } .sign { break-inside: avoid; }
  .form tr > [scope=row] { color: #000; } footer p { margin: 2pt 0 0; font-size: 8pt; color: #444; }
}
"""
