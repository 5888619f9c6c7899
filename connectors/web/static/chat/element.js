// <suifang-chat>: the conversation as a resident sees it. Shows what the service says and nothing of its own making.

import { h, SERVICE } from '../dom.js';
import { DoctorNews } from '../room/news.js';
import { openLink } from '../link.js';
import { words } from '../words.js';
import { ChatLine, NOTHING } from './line.js';
import { answerPad } from './pad.js';
import { STYLE } from './style.js';
import { Reader, Recorder } from './voice.js';

const NOTICE_MS = 7000;

export class SuifangChat extends HTMLElement {
  static observedAttributes = ['lang'];

  connectedCallback() {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [STYLE];
    this.t = words(this.getAttribute('lang') || document.documentElement.lang);
    this.service = this.getAttribute('server') || SERVICE;
    this.toggleAttribute('normal', recall('suifang-letters') === 'normal');
    this.aloud = recall('suifang-aloud') === 'on';
    if (this.getAttribute('mode') === 'bubble') this.#launcher();
    else this.#begin();
  }

  disconnectedCallback() {
    this.line?.close();
    this.reader?.stop();
  }

  #launcher() {
    this.shadowRoot.replaceChildren(h('button', { type: 'button', class: 'launcher', onclick: () => this.#begin() }, this.t('open')));
  }

  // A link opens one conversation: begun with the first look, gone on with on every later one.
  async #begin() {
    const frame = h('section', { class: 'frame', 'aria-label': this.t('title') }, h('header', {}, h('h1', {}, this.t('title'))));
    this.shadowRoot.replaceChildren(frame);
    try {
      const { visit_id: visit } = await openLink(this.service, this.getAttribute('token') || '');
      this.#talk(visit);
    } catch (error) {
      frame.append(h('p', { class: 'banner', role: 'alert' }, this.t({ failed: 'failed', 'visit-running': 'running' }[error.message] || 'unknown')));
    }
  }

  #talk(visit) {
    this.line = new ChatLine(this.service, visit, this.getAttribute('token') || '');
    this.reader = new Reader(this.line);
    this.recorder = Recorder.usable() ? new Recorder() : null;
    this.#build();
    this.doctor = new DoctorNews({
      line: this.line, visit, token: this.getAttribute('token'), lang: this.getAttribute('lang'), service: this.service,
      overlay: this.shadowRoot, note: (text) => this.#brief(text.replace('幺二零', '120'), 0), quiet: () => this.reader.stop(),
    });
    this.line.addEventListener('message', ({ detail }) => this.#message(detail));
    this.line.addEventListener('change', () => this.#show());
    this.line.addEventListener('refused', ({ detail }) => this.#refused(detail));
    this.line.open();
  }

  #build() {
    const { t } = this;
    this.parts = {
      title: h('h1', {}, t('title')),
      letters: h('button', { type: 'button', onclick: () => this.#letters() }),
      aloud: h('button', { type: 'button', onclick: () => this.#readAll() }),
      help: h('button', { type: 'button', class: 'help', onclick: () => this.line.say('找医生') }, t('doctor')),
      bar: h('progress', { 'aria-hidden': 'true' }),
      item: h('span', {}),
      banner: h('p', { class: 'banner', role: 'status', hidden: true }),
      log: h('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t('title'), tabindex: '0' }),
      answers: h('div', { class: 'answers' }),
      text: h('input', { type: 'text', maxlength: '400', placeholder: t('write'), 'aria-label': t('write'), enterkeyhint: 'send', autocomplete: 'off' }),
      talk: h('button', { type: 'button', class: 'talk', hidden: !this.recorder }, t('hold')),
    };
    this.parts.log.append(h('button', { type: 'button', class: 'tool', onclick: () => this.#share() }, t('link')));
    const { title, letters, aloud, help, bar, item, banner, log, answers, text, talk } = this.parts;
    const form = h('form', { onsubmit: (event) => { event.preventDefault(); this.#send(text.value); } }, text, h('button', { class: 'solid' }, t('send')), talk);
    this.parts.form = form;
    this.parts.steps = h('div', { class: 'progress', hidden: true }, item, bar);
    const close = this.getAttribute('mode') === 'bubble' && h('button', { type: 'button', onclick: () => this.#fold() }, t('close'));
    this.shadowRoot.replaceChildren(h('section', { class: 'frame', 'aria-label': t('title') },
      h('header', {}, title, help, letters, aloud, close, this.parts.steps), banner, log, answers, form));
    this.waiting = new Map();
    this.#holdToTalk();
    this.#labels();
    new ResizeObserver(() => this.#scroll()).observe(log); // a keyboard that opens hides no question
  }

  #fold() {
    this.line.close();
    this.reader.stop();
    this.#launcher();
  }

  // The same conversation on another device: its link.
  async #share() {
    const url = new URL(`${this.service}/r/${this.getAttribute('token')}`, location.href);
    try {
      if (navigator.share) await navigator.share({ title: this.t('title'), url: url.href });
      else await navigator.clipboard.writeText(url.href);
      this.#brief(this.t('linkCopied'));
    } catch {
      this.#brief(url.href);
    }
  }

  #labels() {
    this.parts.letters.textContent = this.t(this.hasAttribute('normal') ? 'big' : 'normal');
    this.parts.aloud.textContent = this.t(this.aloud ? 'autoReadOff' : 'autoRead');
    this.parts.aloud.setAttribute('aria-pressed', String(this.aloud));
  }

  #letters() {
    this.toggleAttribute('normal');
    keep('suifang-letters', this.hasAttribute('normal') ? 'normal' : 'big');
    this.#labels();
  }

  #readAll() {
    this.aloud = !this.aloud;
    keep('suifang-aloud', this.aloud ? 'on' : 'off');
    this.#labels();
    const last = this.parts.log.querySelector('.agent:last-of-type');
    if (!this.aloud) this.reader.stop();
    else if (last) this.reader.now(Number(last.dataset.seq));
  }

  #send(text, amend = this.amending || null) {
    const plain = text.trim();
    if (!plain) return;
    if (plain.length > 400) {
      this.#brief(this.t('tooLong'));
      return;
    }
    this.reader.stop();
    this.parts.text.value = '';
    this.amending = null;
    this.line.say(plain, amend);
  }

  #message(message) {
    const { t } = this;
    const staff = message.by === 'staff';
    const who = staff ? message.speaker : message.by === 'resident' && message.speaker !== 'self' ? t('by', t('relations')[message.speaker] || t('relations').proxy) : '';
    const tool = message.by !== 'resident'
      ? h('button', { type: 'button', class: 'tool', 'aria-label': `${t('readAloud')}：${message.text}`, onclick: () => this.reader.now(message.seq) }, t('read'))
      : message.amend && h('button', { type: 'button', class: 'tool', 'aria-label': `${t('amend')}：${message.text}`, onclick: () => this.#amend(message) }, t('amend'));
    this.parts.log.append(h('div', { class: `bubble ${staff ? 'agent staff' : message.by}`, 'data-seq': String(message.seq), 'data-ask': message.ask },
      who && h('small', {}, who), h('p', {}, message.text), tool));
    if (this.aloud && message.by !== 'resident' && this.shown) this.reader.later(message.seq);
    this.#scroll();
  }

  // An earlier answer is given anew with the same pad as the first time; the service takes it as a correction.
  #amend(message) {
    this.amending = message.amend;
    const known = this.line.offers[message.amend] || NOTHING;
    const { t } = this;
    const cancel = h('button', { type: 'button', onclick: () => { this.amending = null; this.asked = null; this.#show(); } }, t('cancel'));
    this.parts.answers.replaceChildren(h('div', { class: 'amending' }, h('span', {}, `${t('amending')}${message.text}`), cancel),
      ...answerPad(known, t, (text) => this.#send(text, message.amend)));
  }

  #show() {
    const { state, pending, online } = this.line;
    this.#pending(pending);
    if (!state) return;
    this.doctor.take(state.doctor);
    const { t, parts } = this;
    parts.title.textContent = state.title || t('title');
    parts.steps.hidden = !state.progress;
    if (state.progress) {
      parts.item.textContent = t('progress', state.progress.at, state.progress.of);
      Object.assign(parts.bar, { max: state.progress.of, value: state.progress.at });
    }
    const done = Boolean(state.outcome);
    parts.form.hidden = parts.help.hidden = done;
    if (done) this.#over(state);
    else if (this.notice || !online) this.#note(this.notice || t('offline'));
    else if (state.staff) this.#note(t('staffWrites', state.staff));
    else parts.banner.hidden = true;
    this.#answers(state, done || pending.length > 0);
    this.shown = true;
  }

  #answers(state, quiet) {
    const key = quiet ? '' : JSON.stringify([state.ask, state.turn, state.staff, state.replies]);
    if (this.amending || this.asked === key) return;
    this.asked = key;
    this.parts.answers.replaceChildren(...(quiet ? [] : answerPad(state.replies, this.t, (text) => this.#send(text, null))));
    this.#scroll();
  }

  #over(state) {
    const { t } = this;
    const grave = state.outcome === 'escalated';
    const said = this.notice || (grave ? t('escalated') : t('done'));
    this.parts.banner.replaceChildren(said, grave ? ' ' : '', grave ? h('a', { href: 'tel:120' }, t('call120')) : '');
    this.parts.banner.classList.toggle('alarm', grave);
    this.parts.banner.hidden = false;
  }

  #pending(pending) {
    for (const [entry, bubble] of this.waiting) {
      if (!pending.includes(entry)) {
        bubble.remove();
        this.waiting.delete(entry);
      }
    }
    for (const entry of pending) {
      if (this.waiting.has(entry)) continue;
      const bubble = h('div', { class: 'bubble resident waiting' }, h('p', {}, entry.text), h('small', {}, this.t('sending')));
      this.waiting.set(entry, bubble);
      this.parts.log.append(bubble);
      this.#scroll();
    }
  }

  #refused({ code, text }) {
    const { t } = this;
    const said = { 'turn-taken': 'taken', 'visit-ended': 'ended', 'visit-unknown': 'unknown', 'request-too-large': 'tooLong', 'nothing-heard': 'notHeard', 'link-unknown': 'unknown' }[code] || 'failed';
    if (text && code !== 'visit-ended') this.parts.text.value = text.slice(0, 400);
    if (said === 'unknown') this.parts.form.hidden = this.parts.help.hidden = true;
    this.asked = null;
    this.#brief(t(said), said === 'unknown' ? 0 : NOTICE_MS);
  }

  #note(text) {
    this.parts.banner.classList.remove('alarm');
    this.parts.banner.textContent = text;
    this.parts.banner.hidden = false;
  }

  #holdToTalk() {
    const { talk } = this.parts;
    const { t } = this;
    let held = null;
    const press = (event) => {
      event.preventDefault();
      if (held) return;
      this.reader.stop();
      talk.classList.add('on');
      talk.textContent = t('release');
      held = this.recorder.start().then(() => true, () => false);
    };
    const release = async () => {
      if (!held) return;
      const started = await held;
      held = null;
      talk.classList.remove('on');
      talk.textContent = t('hold');
      if (started) await this.#spoken(await this.recorder.stop());
      else {
        talk.hidden = true;
        this.#brief(t('noMic'));
      }
    };
    talk.addEventListener('pointerdown', press);
    for (const over of ['pointerup', 'pointercancel', 'pointerleave']) talk.addEventListener(over, release);
    talk.addEventListener('keydown', (event) => { if ([' ', 'Enter'].includes(event.key) && !event.repeat) press(event); });
    talk.addEventListener('keyup', (event) => { if ([' ', 'Enter'].includes(event.key)) release(); });
  }

  async #spoken(sound) {
    const { t } = this;
    if (!sound) {
      this.#brief(t('tooShort'));
      return;
    }
    this.#brief(t('listening'));
    try {
      await this.line.sayAloud(sound);
      this.#brief('');
    } catch (error) {
      this.#refused({ code: error.message, text: '' });
    }
  }

  // A line above the messages that goes away by itself; 0 ms: it stays.
  #brief(text, ms = NOTICE_MS) {
    clearTimeout(this.fading);
    this.notice = text;
    if (text && ms) this.fading = setTimeout(() => { this.notice = ''; this.#show(); }, ms);
    if (this.line.state) this.#show();
    else this.#note(text);
  }

  #scroll() {
    const { log } = this.parts;
    requestAnimationFrame(() => { log.scrollTop = log.scrollHeight; });
  }
}

function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch { /* a page may forbid storage: the choice then lasts as long as the page */ }
}
