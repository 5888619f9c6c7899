// Where residents begin who have no link (SUIFANG_WALK_IN): what it is about, who they are, writing or speaking.

import { STYLE } from './chat/style.js';
import { h, SERVICE, sheet } from './dom.js';
import { words } from './words.js';

const OWN = sheet(`
.frame { min-height: 100vh; min-height: 100dvh; height: auto; }
.start h2 { margin: 0; font-size: 1.15em; outline: none; }
.start p { margin: 0; }
.start .option { min-height: 72px; font-size: 1.1em; text-align: left; padding: 10px 18px; }
.start label { display: flex; flex-direction: column; gap: 4px; }
.start .solid { min-height: 72px; font-size: 1.15em; font-weight: 700; }
`);
const lang = new URLSearchParams(location.search).get('lang');
if (lang) document.documentElement.lang = lang;
const t = words(document.documentElement.lang);
document.title = t('title');

class Start extends HTMLElement {
  connectedCallback() {
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [STYLE, OWN];
    this.#choose();
  }

  #show(...content) {
    this.shadowRoot.replaceChildren(h('section', { class: 'frame', 'aria-label': t('title') },
      h('header', {}, h('h1', {}, t('title')), h('a', { href: 'tel:120', class: 'call' }, t('call120'))), h('div', { class: 'start' }, content)));
    this.shadowRoot.querySelector('h2').focus();
  }

  #choose() {
    this.#show(h('h2', { tabindex: '-1' }, t('startWhat')), ...Object.entries(t('startFlows')).map(([flow, name]) =>
      h('button', { type: 'button', class: 'option', onclick: () => this.#who(flow, name) }, name)));
  }

  #who(flow, name) {
    const called = h('input', { name: 'name', required: true, maxlength: '32', autocomplete: 'name' });
    const phone = h('input', { name: 'phone', type: 'tel', inputmode: 'numeric', pattern: '1[0-9]{10}', maxlength: '11', autocomplete: 'tel' });
    const problem = h('p', { class: 'banner', role: 'alert', hidden: true });
    const form = h('form', { class: 'start', novalidate: true, onsubmit: async (event) => {
      event.preventDefault();
      const wrong = !called.value.trim() ? 'startNoName' : phone.value && !phone.checkValidity() ? 'startNoPhone' : '';
      const said = wrong || await this.#begin({ flow, name: called.value.trim(), phone: phone.value, purpose: event.submitter?.value || 'chat' });
      problem.textContent = t(said);
      problem.hidden = !said;
    } },
    h('label', {}, t('startName'), called), h('label', {}, t('startPhone'), phone), h('p', {}, t('startNote')), problem,
    h('button', { class: 'solid', value: 'chat' }, t('startWrite')), h('button', { class: 'solid', value: 'call' }, t('startSpeak')),
    h('button', { type: 'button', onclick: () => this.#choose() }, t('startBack')));
    this.#show(h('h2', { tabindex: '-1' }, name), form);
  }

  // Leaves for the conversation, or says what is in the way.
  async #begin(body) {
    const answer = await fetch(`${SERVICE}/api/link`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok) return { 'walk-in-closed': 'startClosed', 'too-many': 'busy' }[told?.code] || 'failed';
    location.replace(`/r/${told.token}${lang ? `?lang=${encodeURIComponent(lang)}` : ''}`);
    return '';
  }
}

customElements.define('suifang-start', Start);
document.querySelector('main').replaceChildren(document.createElement('suifang-start'));
