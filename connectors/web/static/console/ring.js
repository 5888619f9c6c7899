// Rings while an alert of the team has nobody: sound, title, notification, and the pre-brief on every page.

import { send, toast } from './api.js';
import { h } from '../dom.js';
import { t } from './words.js';

const EVERY_MS = 3000;
const RING_MS = 2500;
const ROOM_MS = 1500;
const place = document.getElementById('ringing');
const title = document.title;
let sound = null;
let known = new Set();
let loose = [];

// Browsers give sound only after somebody touched the page.
function wake() {
  sound ??= new AudioContext();
  sound.resume();
}
for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, wake, { capture: true });

function ring() {
  if (!loose.length) return;
  document.title = document.title === title ? t('【警报】{0} {1}', loose[0].title, loose[0].name) : title;
  if (!sound || sound.state !== 'running') return;
  for (const [delay, pitch] of [[0, 880], [0.22, 660], [0.44, 880]]) {
    const tone = sound.createOscillator();
    const loud = sound.createGain();
    const at = sound.currentTime + delay;
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(loose[0].urgent ? 0.35 : 0.15, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
    tone.connect(loud).connect(sound.destination);
    tone.start(at);
    tone.stop(at + 0.21);
  }
}

const desk = () => document.querySelector('suifang-doctor-desk');

// A doctor who was called for by video comes by video; the room opens where they are.
function goTo(alert) {
  const to = `/console/visits/${alert.visit_id}`;
  if (!alert.running || desk()?.socket?.readyState !== WebSocket.OPEN) { location.href = to; return; }
  desk().socket.send(JSON.stringify({ type: 'accept', visit_id: alert.visit_id }));
  setTimeout(() => { if (desk().visit !== alert.visit_id) location.href = to; }, ROOM_MS);
}

async function take(visit, seq, then) {
  try {
    await send(`/api/visits/${visit}/alerts/${seq}/take`, 'POST');
    then();
  } catch (refused) {
    toast(refused.message);
    poll();
  }
}

// What people are called and said is the same in every language.
const called = (text) => h('span', { translate: 'no' }, text);

function show() {
  place.hidden = !loose.length || location.pathname === '/console/alerts';  // there they stand in full
  if (!loose.length) { document.title = title; place.replaceChildren(); return; }
  const [first] = loose;
  const key = `${first.visit_id}:${first.seq}:${loose.length}`;
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.className = first.urgent ? 'urgent' : '';
  const facts = [first.values.slice(0, 4).join(t('，')), first.medicines.length ? t('在吃：{0}', first.medicines.join(t('、'))) : ''];
  const words = first.words.filter(([who]) => who !== t('语音助手')).slice(-2).map(([who, text]) => h('li', {}, t('{0}：', who), called(text)));
  place.replaceChildren(
    h('div', {}, h('b', {}, `${first.title} · `, called(first.name), ` ${first.person}`), h('span', {}, first.rank),
      h('q', {}, first.evidence), loose.length > 1 ? h('span', {}, t('还有 {0} 条', loose.length - 1)) : null),
    h('div', {}, ...facts.filter(Boolean).map((text) => h('span', {}, text)), h('ul', {}, ...words)),
    h('div', { class: 'acts' },
      h('button', { type: 'button', class: 'accept', onclick: () => take(first.visit_id, first.seq, () => goTo(first)) }, t('我来处理')),
      h('a', { href: '/console/alerts', class: 'button' }, t('看全部'))));
}

// What rings at the doctor's own desk on this page rings there alone.
const elsewhere = (alert) => !desk()?.cards?.has(alert.visit_id) && desk()?.visit !== alert.visit_id;

function notify() {
  for (const alert of loose) {
    const key = `${alert.visit_id}:${alert.seq}`;
    if (known.has(key) || !('Notification' in window) || Notification.permission !== 'granted') continue;
    // No name and no words: notifications stand on locked screens.
    new Notification(t('随访：新的警报'), { body: t('{0}，请打开工作台处理', alert.title), tag: key, requireInteraction: alert.urgent });
  }
  known = new Set(loose.map((alert) => `${alert.visit_id}:${alert.seq}`));
}

function count() {
  const link = document.querySelector('[data-nav="/console/alerts"]');
  link?.querySelector('.count')?.remove();
  if (loose.length) link?.append(h('span', { class: 'count' }, String(loose.length)));
}

async function poll() {
  try {
    const told = await send('/api/alerts', 'GET', undefined, true);
    loose = told.filter(elsewhere);
  } catch (refused) {
    if (refused.status === 401) location.replace(`/console/login?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  notify();
  count();
  show();
  document.dispatchEvent(new CustomEvent('alerts', { detail: loose }));
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button.take');
  const at = button?.dataset.visit ? button : button?.closest('[data-visit]');
  if (button && at) take(at.dataset.visit, at.dataset.seq, () => location.reload());
});
document.addEventListener('suifang-ring', () => { loose = loose.filter(elsewhere); show(); });
poll();
setInterval(poll, EVERY_MS);
setInterval(ring, RING_MS);
