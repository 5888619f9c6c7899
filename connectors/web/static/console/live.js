// A conversation as it goes on; once it has ended its report is opened. Whoever takes a call over speaks in the room on this page.

import '../room/room.js';
import { send, toast } from './api.js';
import { h } from '../dom.js';
import { t } from './words.js';

const EVERY_MS = 2000;
const live = document.querySelector('.live');
const lines = document.getElementById('lines');
const form = document.getElementById('write');
const words = document.getElementById('words');
const room = document.getElementById('room');
let after = Number(live.dataset.after);

function bottom() {
  lines.lastElementChild?.scrollIntoView({ block: 'nearest' });
}

async function poll() {
  const told = await send(`/api/visits/${live.dataset.visit}/live?after=${after}`, 'GET', undefined, true).catch(() => null);
  if (!told) return;
  if (!told.running) {
    room?.replaceChildren();
    location.reload();
    return;
  }
  for (const { seq, who, text, at, agent } of told.lines) {
    after = Math.max(after, seq);
    lines.append(h('li', { class: agent ? 'agent' : 'them' }, h('b', {}, who), h('span', { translate: 'no' }, text), h('time', {}, at)));
  }
  if (told.lines.length) bottom();
  writers(told.staff);
  document.getElementById('values').replaceChildren(...told.values.map((words) => h('li', {}, words)));
  if (told.alerts.length !== document.querySelectorAll('#briefs .brief').length) await briefs();
}

// As the service draws them: the page stays, and with it a room that is open.
async function briefs() {
  const drawn = await fetch(location.href).then((answer) => answer.text()).catch(() => null);
  const fresh = drawn && new DOMParser().parseFromString(drawn, 'text/html').getElementById('briefs');
  if (fresh) document.getElementById('briefs').replaceWith(fresh);
}

// Who has it: the agent, oneself, or somebody else of the team.
function writers(staff) {
  const place = document.getElementById('writes');
  const mine = staff === live.dataset.me;
  const what = room ? t('说') : t('写');
  place.textContent = mine ? t('现在由您在和居民{0}，语音助手不说话。', what) : staff ? t('{0}正在和居民{1}。', staff, what) : t('语音助手正在和居民说。');
  document.getElementById('take-over').hidden = Boolean(staff);
  (room ? document.getElementById('talk') : form).hidden = !mine;
  if (!room || mine === Boolean(room.childElementCount)) return;
  room.replaceChildren(...(mine ? [h('suifang-video-room', { visit: live.dataset.visit, bare: '' })] : []));
}

async function act(what, body) {
  try {
    await send(`/api/visits/${live.dataset.visit}/talk/${what}`, 'POST', body);
    await poll();
    return true;
  } catch (refused) {
    toast(refused.message);
    return false;
  }
}

document.getElementById('take-over').addEventListener('click', async () => { if (await act('take')) words?.focus(); });
document.getElementById('hand-back').addEventListener('click', () => act('back'));
document.getElementById('end-call')?.addEventListener('click', () => act('end'));
addEventListener('beforeunload', (event) => { if (room?.childElementCount) event.preventDefault(); });
form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (words.value.trim() && await act('say', { text: words.value })) words.value = '';
  words.focus();
});
words?.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

writers(live.dataset.staff || '');
bottom();
setInterval(poll, EVERY_MS);
