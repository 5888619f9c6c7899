// <suifang-doctor-desk>: a doctor on duty. Calls ring here; one that is answered becomes a room, and its outcome goes to the record.

import './room.js';
import { h, SERVICE, sheet } from '../dom.js';
import { words } from '../words.js';

const STYLE = sheet(`
:host { display: block; font: 18px/1.6 "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; color: #10231f; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.desk { max-width: 1100px; margin: 0 auto; padding: 12px; }
header { display: flex; gap: 12px; align-items: center; }
h1 { font-size: 1.2em; flex: 1; margin: 0; }
.card { border: 2px solid #a61b1b; border-radius: 14px; padding: 12px 16px; margin: 12px 0; background: #fff; }
.card.missed { border-color: #b98900; }
.card h2 { margin: 0 0 6px; font-size: 1.15em; color: #a61b1b; }
.card.missed h2 { color: #6b4e00; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 0 0 10px; }
dt { color: #43544f; } dd { margin: 0; overflow-wrap: anywhere; }
button, select, textarea, input { font: inherit; min-height: 48px; border-radius: 10px; border: 2px solid #0b5d4e; padding: 4px 16px; background: #fff; color: #10231f; }
button { cursor: pointer; color: #0b5d4e; }
button.main { background: #0b5d4e; color: #fff; }
.row { display: flex; flex-wrap: wrap; gap: 8px; }
.talk { display: grid; grid-template-columns: minmax(0, 2fr) minmax(240px, 1fr); gap: 12px; min-height: 540px; }
@media (min-width: 761px) { dl { grid-template-columns: max-content 1fr max-content 1fr; } }
@media (max-width: 760px) { .talk { grid-template-columns: 1fr; } }
form { display: flex; flex-direction: column; gap: 8px; }
textarea { min-height: 140px; padding: 8px 12px; }
label { display: flex; flex-direction: column; gap: 4px; }
.banner { background: #dcefe9; padding: 6px 12px; border-radius: 10px; margin: 8px 0; }
`);
const RETRY_MS = [500, 1000, 2000, 4000];

export class DoctorDesk extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [STYLE];
    this.t = words(this.getAttribute('lang') || document.documentElement.lang);
    this.service = this.getAttribute('server') || SERVICE;
    this.cards = new Map();
    this.tries = 0;
    this.#begin();
  }

  disconnectedCallback() {
    this.left = true;
    this.socket?.close();
  }

  async #begin() {
    const answer = await fetch(`${this.service}/api/session`).catch(() => null);
    if (!answer?.ok) return this.#login();
    this.session = await answer.json();
    return this.#open();
  }

  #login(problem = '') {
    const { t } = this;
    const fields = ['name', 'password', 'code'].map((name) => h('input', { name, type: name === 'password' ? 'password' : 'text', autocomplete: { name: 'username', password: 'current-password', code: 'one-time-code' }[name], 'aria-label': t(`login_${name}`), placeholder: t(`login_${name}`) }));
    const form = h('form', { class: 'card', onsubmit: async (event) => {
      event.preventDefault();
      const body = Object.fromEntries(fields.map((field) => [field.name, field.value]).filter(([, value]) => value));
      const answer = await fetch(`${this.service}/api/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(() => null);
      if (answer?.ok) this.#begin();
      else this.#login((await answer?.json().catch(() => null))?.message || t('failed'));
    } }, h('h1', {}, t('signIn')), problem && h('p', { class: 'banner', role: 'alert' }, problem), fields, h('button', { class: 'main' }, t('enter')));
    this.shadowRoot.replaceChildren(h('main', { class: 'desk' }, form));
  }

  #open() {
    const { t } = this;
    this.parts = { list: h('div', { 'aria-live': 'assertive' }), talk: h('div', {}), state: h('span', { role: 'status' }, t('connecting')) };
    this.shadowRoot.replaceChildren(h('section', { class: 'desk', 'aria-label': t('onDuty') },
      h('header', {}, h('h1', {}, `${this.session.shown} · ${t('onDuty')}`), this.parts.state), this.parts.list, this.parts.talk));
    this.#connect();
  }

  #connect() {
    const url = new URL(`${this.service}/api/doctor/live`, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('lang', document.documentElement.lang);
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => { this.tries = 0; };
    socket.onmessage = (event) => this.#take(JSON.parse(event.data));
    socket.onclose = () => {
      if (this.left) return;
      this.parts.state.textContent = this.t('offline');
      this.timer = setTimeout(() => this.#connect(), RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]);
    };
  }

  #send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  #take(message) {
    const { t } = this;
    if (message.type === 'duty') this.parts.state.textContent = t(message.said === 'away' ? 'youAreAway' : 'waitingCall');
    if (message.type === 'ping') this.#send({ type: 'pong' });
    if (message.type === 'ring' || message.type === 'missed') this.#card(message);
    if (message.type === 'ring-over') this.#drop(message.visit_id);
    if (message.type === 'accepted') this.#talk(message.visit_id);
    if (message.type === 'refused') this.parts.state.textContent = message.message;
    this.#sound();
  }

  #card(ring) {
    const { t } = this;
    this.#drop(ring.visit_id);
    const missed = ring.type === 'missed';
    const rows = [ring.phone && [t('line'), t('byPhone', ring.phone)], [t('reason'), this.#reason(ring)], ...[...new Set(ring.alerts)].map((words) => [t('alertWords'), words]),
      ...ring.values.map(({ label, value }) => [label, value]), ring.words.length ? [t('lastWords'), ring.words.join(' / ')] : null].filter(Boolean);
    const card = h('article', { class: missed ? 'card missed' : 'card', 'data-visit': ring.visit_id },
      h('h2', {}, `${t(missed ? 'missed' : 'incoming')} · ${ring.resident}`),
      h('dl', {}, rows.flatMap(([label, value]) => [h('dt', {}, label), h('dd', {}, value)])),
      h('div', { class: 'row' }, h('button', { type: 'button', class: 'main', onclick: () => this.#send({ type: 'accept', visit_id: ring.visit_id }) }, t('accept')),
        !missed && h('button', { type: 'button', onclick: () => this.#send({ type: 'decline', visit_id: ring.visit_id }) }, t('decline'))));
    this.cards.set(ring.visit_id, { card, ring });
    this.parts.list.append(card);
    this.dispatchEvent(new CustomEvent('suifang-ring', { bubbles: true, composed: true, detail: ring }));
  }

  // A value that is critical rings for the same reason as words that tell of it.
  #reason({ reason }) {
    const flag = reason.replace('value:', '');
    return this.t('flags')[flag] || flag;
  }

  #drop(visit) {
    this.cards.get(visit)?.card.remove();
    this.cards.delete(visit);
  }

  #talk(visit) {
    if (this.visit === visit && this.parts.talk.childElementCount) return;
    const { t } = this;
    const brief = this.cards.get(visit)?.ring;
    this.#drop(visit);
    this.visit = visit;
    const outcome = h('select', { 'aria-label': t('outcome') }, Object.entries(t('outcomes')).map(([value, label]) => h('option', { value }, label)));
    const notes = h('textarea', { maxlength: '2000', 'aria-label': t('notes') });
    const form = h('form', { onsubmit: (event) => { event.preventDefault(); this.#finish(visit, outcome.value, notes.value); } },
      brief && h('strong', {}, `${brief.resident} · ${this.#reason(brief)}`), brief && h('span', {}, brief.words.join(' / ')),
      brief?.phone && h('p', { class: 'banner' }, t('byPhone', brief.phone)),
      h('label', {}, t('outcome'), outcome), h('label', {}, t('notes'), notes), h('button', { class: 'main' }, t('save')));
    this.room = h('suifang-video-room', { visit, server: this.service });
    this.parts.talk.replaceChildren(h('div', { class: 'talk' }, this.room, form));
  }

  async #finish(visit, outcome, notes) {
    const answer = await fetch(`${this.service}/api/video/${visit}/outcome`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': this.session.csrf }, body: JSON.stringify({ outcome, notes }),
    }).catch(() => null);
    this.parts.state.textContent = this.t(answer?.ok ? 'saved' : 'failed');
    if (!answer?.ok) return;
    this.visit = null;
    this.parts.talk.replaceChildren();
  }

  // A ring that is heard in another room: two tones as long as a card rings.
  #sound() {
    const rings = [...this.cards.values()].some(({ ring }) => ring.type === 'ring');
    if (!rings) {
      clearInterval(this.ringing);
      this.ringing = null;
    } else if (!this.ringing) {
      this.ringing = setInterval(() => this.#beep(), 1200);
      this.#beep();
    }
  }

  #beep() {
    this.audio ??= new AudioContext();
    const tone = this.audio.createOscillator();
    const gain = this.audio.createGain();
    gain.gain.value = 0.15;
    tone.frequency.value = 880;
    tone.connect(gain).connect(this.audio.destination);
    tone.start();
    tone.stop(this.audio.currentTime + 0.4);
  }
}

if (!customElements.get('suifang-doctor-desk')) customElements.define('suifang-doctor-desk', DoctorDesk);
