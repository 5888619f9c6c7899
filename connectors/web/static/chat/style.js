// How the chat looks. Large letters are the default; every target is at least 48 px.

import { sheet } from '../dom.js';
import { OVERLAY } from '../room/news.js';

export const STYLE = sheet(`
:host { all: initial; display: block; color: #10231f; background: #f4f6f5; font-family: "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; font-size: 22px; line-height: 1.5; --small: 20px; --green: #0b5d4e; --pale: #dcefe9; --red: #a61b1b; }
:host([normal]) { font-size: 18px; --small: 16px; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, input, textarea, output { font: inherit; color: inherit; }
button { min-height: 52px; min-width: 48px; border-radius: 12px; border: 2px solid var(--green); background: #fff; color: var(--green); cursor: pointer; padding: 6px 14px; }
button:focus-visible, input:focus-visible, textarea:focus-visible { outline: 4px solid #f0a500; outline-offset: 2px; }
button:disabled { opacity: .55; cursor: default; }
.option.main, .key.ready, button.solid { background: var(--green); color: #fff; }
.frame { display: flex; flex-direction: column; height: 100%; max-width: 760px; margin: 0 auto; background: #f4f6f5; }
header { background: var(--green); color: #fff; padding: 8px 12px; display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
header h1 { font-size: 1.05em; line-height: 1.2; margin: 0; flex: 1 1 4.2em; overflow: hidden; max-height: 2.4em; }
header button { background: transparent; color: #fff; border-color: #ffffffb0; padding: 2px 7px; min-height: 48px; font-size: var(--small); white-space: nowrap; }
header button.help { background: var(--red); border-color: #fff; color: #fff; font-weight: 700; }
.progress { flex: 1 1 100%; display: flex; align-items: center; gap: 10px; font-size: var(--small); }
progress { flex: 1; height: 12px; accent-color: #ffd76a; }
.banner { background: #fff3cd; color: #5b4300; padding: 6px 14px; font-size: var(--small); margin: 0; }
.banner.alarm { background: var(--red); color: #fff; font-weight: 700; }
.banner a, a.call { display: inline-block; min-height: 48px; line-height: 48px; padding: 0 18px; margin: 4px 0; border-radius: 12px; background: #fff; color: var(--red); font-weight: 700; text-decoration: none; }
.log > .tool { align-self: center; min-height: 48px; font-size: var(--small); border-width: 1px; }
.log { flex: 1; min-height: 90px; overflow-y: auto; padding: 12px; display: flex; flex-direction: column; gap: 10px; scroll-behavior: smooth; }
.bubble { max-width: 88%; padding: 8px 10px 8px 14px; border-radius: 16px; overflow-wrap: anywhere; white-space: pre-wrap; display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: center; }
.agent { align-self: flex-start; background: #fff; border: 1px solid #c9d6d2; }
.resident { align-self: flex-end; background: var(--pale); border: 1px solid #9dcabd; }
.staff { background: #fff7e0; border: 2px solid #b98900; }
.doctor { align-self: flex-start; background: #fff7e0; border: 2px solid #b98900; }
.waiting { opacity: .7; }
.bubble p { margin: 0; flex: 1 1 3em; }
.bubble small { flex: 1 1 100%; font-size: var(--small); color: #43544f; }
.bubble .tool { flex: none; width: 48px; min-height: 48px; padding: 0; border-radius: 50%; font-size: var(--small); border-width: 1px; background: #fff; }
.answers { padding: 8px 12px 0; max-height: 58vh; overflow-y: auto; border-top: 1px solid #c9d6d2; background: #fff; }
.answers:empty { display: none; }
.hint { margin: 0 0 6px; font-size: var(--small); color: #33443f; }
.amending { display: flex; gap: 8px; align-items: center; justify-content: space-between; font-size: var(--small); padding-bottom: 6px; }
.amending button { flex: none; }
.options { display: flex; flex-wrap: wrap; gap: 8px; padding: 4px 0 8px; }
.option { flex: 1 1 auto; }
.option[aria-pressed="true"] { background: var(--green); color: #fff; }
.boxes { display: flex; gap: 8px; padding-bottom: 6px; align-items: flex-end; }
.boxes .key { flex: none; min-width: 74px; }
.boxes label { flex: 1; min-width: 0; font-size: var(--small); display: flex; flex-direction: column; }
.box { width: 100%; min-height: 52px; line-height: 1.3; font-size: 1.25em; text-align: center; background: #fff; border: 2px solid #5d706a; border-radius: 12px; color: #10231f; white-space: pre; padding: 4px; }
.box.chosen { border-color: var(--green); box-shadow: 0 0 0 3px #9dcabd; }
output.box { display: block; overflow: hidden; }
output.long { font-size: var(--small); line-height: 2; }
.keys { display: grid; grid-template-columns: repeat(3, 1fr); gap: 5px; padding-bottom: 6px; }
.keys .key { min-height: 48px; padding: 0; }
form { display: flex; flex-wrap: wrap; gap: 8px; padding: 8px 12px 12px; background: #fff; }
form input[type=text] { flex: 1 1 8em; min-width: 0; min-height: 52px; border: 2px solid #5d706a; border-radius: 12px; padding: 6px 12px; background: #fff; }
form .talk { flex: 1 1 100%; touch-action: none; user-select: none; -webkit-user-select: none; }
form .talk.on { background: var(--red); border-color: var(--red); color: #fff; }
.start { padding: 20px 16px; display: flex; flex-direction: column; gap: 14px; align-items: stretch; }
.start input { min-height: 56px; border: 2px solid #5d706a; border-radius: 12px; padding: 6px 12px; }
.launcher { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; background: var(--green); color: #fff; border-radius: 30px; min-height: 60px; padding: 8px 22px; box-shadow: 0 4px 14px #0005; }
:host([mode=bubble]) .frame { position: fixed; right: 12px; bottom: 12px; width: min(420px, calc(100vw - 24px)); height: min(720px, calc(100vh - 24px)); border-radius: 16px; overflow: hidden; box-shadow: 0 8px 30px #0006; z-index: 2147483000; }
:host([mode=page]) { height: 100vh; height: 100dvh; }
@media (max-width: 420px) { .agent, .resident { max-width: 94%; } header { padding: 6px 10px; } }
/* A keyboard leaves little room: the question and what is written stay. */
@media (max-height: 520px) { .frame:has(form:focus-within) .talk, .frame:has(form:focus-within) .answers > :not(.amending) { display: none; } .frame:has(form:focus-within) .answers:not(:has(.amending)) { display: none; } }
${OVERLAY}
@media (prefers-reduced-motion: reduce) { .log { scroll-behavior: auto; } }
`);
