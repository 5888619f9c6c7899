// A conversation as it goes on; once it has ended its report is opened.

import { send } from './api.js';
import { h } from '../dom.js';

const EVERY_MS = 2000;
const live = document.querySelector('.live');
const lines = document.getElementById('lines');
let after = Number(live.dataset.after);

function bottom() {
  lines.lastElementChild?.scrollIntoView({ block: 'nearest' });
}

async function poll() {
  const told = await send(`/api/visits/${live.dataset.visit}/live?after=${after}`, 'GET', undefined, true).catch(() => null);
  if (!told) return;
  if (!told.running) { location.reload(); return; }
  for (const { seq, who, text, at, agent } of told.lines) {
    after = Math.max(after, seq);
    lines.append(h('li', { class: agent ? 'agent' : 'them' }, h('b', {}, who), h('span', {}, text), h('time', {}, at)));
  }
  if (told.lines.length) bottom();
  document.getElementById('values').replaceChildren(...told.values.map((words) => h('li', {}, words)));
  if (told.alerts.length !== document.querySelectorAll('#briefs .brief').length) location.reload();
}

bottom();
setInterval(poll, EVERY_MS);
