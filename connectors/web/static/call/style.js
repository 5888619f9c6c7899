// How the call looks: the chat's look, with room for big buttons.

import { STYLE as CHAT } from '../chat/style.js';
import { sheet } from '../dom.js';

const OWN = `
.before { padding: 24px 16px; gap: 16px; justify-content: center; align-items: stretch; text-align: center; min-height: 100vh; min-height: 100dvh; }
.before h1 { margin: 0; font-size: 1.3em; }
.big { min-height: 140px; font-size: 1.5em; font-weight: 700; background: var(--green); color: #fff; border-radius: 28px; }
.before meter { width: 100%; height: 28px; }
.other { color: var(--green); min-height: 48px; line-height: 48px; }
header meter { width: 84px; height: 20px; }
header progress { flex: 1 1 100%; height: 10px; }
.state { margin: 0; font-size: var(--small); }
.caption { margin: 0; padding: 8px 14px; border-radius: 14px; background: #fff; border: 1px solid #c9d6d2; overflow-wrap: anywhere; max-width: 92%; }
.caption small { display: block; font-size: var(--small); color: #43544f; }
.caption.resident { align-self: flex-end; background: var(--pale); border-color: #9dcabd; }
.caption.partial span { color: #43544f; font-style: italic; }
.tools { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; padding: 10px 12px; background: #fff; }
.tools button { min-height: 64px; padding: 4px; }
.tools .help { background: var(--red); border-color: var(--red); color: #fff; font-weight: 700; }
.tools .end { background: #10231f; border-color: #10231f; color: #fff; grid-column: 3; }
.tools [aria-pressed="true"] { background: var(--green); color: #fff; }
.volume { display: flex; flex-direction: column; font-size: var(--small); line-height: 1.2; justify-content: center; }
.volume input { width: 100%; min-height: 40px; accent-color: var(--green); }
`;
export const STYLE = sheet([...CHAT.cssRules].map((rule) => rule.cssText).join('\n') + OWN);
