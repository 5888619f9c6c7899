// <suifang-call>: a spoken follow-up in the browser. One big button; what both sides say stands there while it is said.

import { answerPad } from '../chat/pad.js';
import { ChatLine } from '../chat/line.js';
import { h, SERVICE } from '../dom.js';
import { openLink } from '../link.js';
import { DoctorNews } from '../room/news.js';
import { words } from '../words.js';
import { STYLE } from './style.js';

const RETRY_MS = [300, 800, 1500, 3000, 5000];
const GATHER_MS = 800;
const HEARD = 0.02;

export class SuifangCall extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [STYLE];
    this.t = words(this.getAttribute('lang') || document.documentElement.lang);
    this.service = this.getAttribute('server') || SERVICE;
    this.token = this.getAttribute('token') || '';
    this.tries = 0;
    this.#before();
  }

  disconnectedCallback() {
    this.#stop();
  }

  // Before the call: the microphone is tried, and one big button.
  #before(problem = '') {
    const { t } = this;
    const meter = h('meter', { min: 0, max: 1, value: 0, 'aria-label': t('microphone') });
    const said = h('p', { class: 'hint', role: 'status' }, t('micCheck'));
    this.shadowRoot.replaceChildren(h('section', { class: 'frame before', 'aria-label': t('callTitle') }, h('h1', {}, t('callTitle')),
      problem && h('p', { class: 'banner', role: 'alert' }, problem),
      h('button', { type: 'button', class: 'big', onclick: () => this.#start() }, t('callStart')),
      h('button', { type: 'button', onclick: () => this.#listen(meter, said) }, t('tryMic')), meter, said,
      h('a', { href: '#chat', class: 'other' }, t('chatInstead'))));
  }

  async #listen(meter, said) {
    said.textContent = this.t('micAsk');
    const stream = await this.#microphone();
    if (!stream) {
      said.textContent = this.t('noMic');
      return;
    }
    said.textContent = this.t('micQuiet');
    this.#level(stream, (level) => {
      meter.value = level;
      if (level > HEARD * 4) said.textContent = this.t('micGood');
    });
  }

  async #microphone() {
    try {
      this.stream ??= await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
      return this.stream;
    } catch {
      return null;
    }
  }

  #level(stream, show) {
    this.audio ??= new AudioContext();
    const meter = this.audio.createAnalyser();
    const samples = new Float32Array(meter.fftSize);
    this.audio.createMediaStreamSource(stream).connect(meter);
    clearInterval(this.metering);
    this.metering = setInterval(() => {
      meter.getFloatTimeDomainData(samples);
      show(Math.min(1, Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length) * 4));
    }, 80);
  }

  async #start() {
    this.shadowRoot.querySelector('.big').disabled = true;
    if (!await this.#microphone()) {
      this.#before(this.t('noMic'));
      return;
    }
    try {
      const { visit_id: visit } = await openLink(this.service, this.token);
      this.visit = visit;
    } catch (error) {
      this.#before(this.t({ failed: 'callFailed', 'visit-running': 'running' }[error.message] || 'unknown'));
      return;
    }
    this.over = false;
    this.asked = undefined;
    this.#build();
    this.line = new ChatLine(this.service, this.visit, this.token);
    this.doctor = new DoctorNews({
      line: this.line, visit: this.visit, token: this.token, lang: this.getAttribute('lang'), service: this.service, overlay: this.shadowRoot,
      note: (text) => this.#note(text.replace('幺二零', '120'), true), quiet: (yes) => { if (yes) this.#release(); },
      leave: () => this.#hangUp(), muted: (off) => this.stream?.getAudioTracks().forEach((track) => { track.enabled = !off && this.parts.mute.getAttribute('aria-pressed') !== 'true'; }),
    });
    this.line.addEventListener('change', () => this.#show());
    this.line.open();
    this.#connect();
    this.online = () => this.#fresh();
    window.addEventListener('online', this.online);
    // As on a telephone: 0 asks for a person. The digits of the pad are buttons and pass by here.
    this.zero = (event) => { if (event.key === '0' && !event.repeat && !event.ctrlKey && !event.metaKey && event.composedPath()[0].tagName !== 'INPUT') this.#type('找医生'); };
    window.addEventListener('keydown', this.zero);
  }

  #build() {
    const { t } = this;
    const button = (key, act, props = {}) => h('button', { type: 'button', onclick: act, ...props }, t(key));
    this.parts = {
      state: h('p', { class: 'state', role: 'status' }, t('connecting')),
      bar: h('progress', { 'aria-hidden': 'true', hidden: true }),
      banner: h('p', { class: 'banner', role: 'alert', hidden: true }),
      log: h('div', { class: 'log', role: 'log', 'aria-live': 'polite', tabindex: '0', 'aria-label': t('callTitle') }),
      pad: h('div', { class: 'answers', hidden: true }),
      meter: h('meter', { min: 0, max: 1, value: 0, 'aria-label': t('microphone') }),
      mute: button('mute', () => this.#mute(), { 'aria-pressed': 'false' }),
      volume: h('input', { type: 'range', min: '0', max: '1', step: '0.05', value: '1', 'aria-label': t('volume'), oninput: (event) => { this.player.volume = Number(event.target.value); } }),
    };
    this.player = h('audio', { autoplay: true });
    const { state, bar, banner, log, pad, meter, mute, volume } = this.parts;
    this.parts.tools = h('div', { class: 'tools' }, mute, button('keypad', () => { pad.hidden = !pad.hidden; this.#pad(); }), button('repeat', () => this.#type(t('repeatWords'))),
      button('doctor', () => this.#type('找医生'), { class: 'help', 'aria-keyshortcuts': '0' }), h('label', { class: 'volume' }, t('volume'), volume), button('callEnd', () => this.#hangUp(), { class: 'end' }));
    this.shadowRoot.replaceChildren(h('section', { class: 'frame', 'aria-label': t('callTitle') }, h('header', {}, h('h1', {}, t('callTitle')), state, meter, bar), banner, log, pad, this.parts.tools, this.player));
    this.#level(this.stream, (level) => { meter.value = level; });
  }

  #connect() {
    const url = new URL(`${this.service}/api/call/${this.visit}/live`, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url, [`suifang.link.${this.token}`]);
    this.socket = socket;
    socket.onmessage = (event) => { if (socket === this.socket) this.#take(JSON.parse(event.data)); };
    socket.onclose = () => { if (socket === this.socket && !this.over) this.#again(); };
  }

  #again() {
    this.parts.state.textContent = this.t('reconnecting');
    clearTimeout(this.timer);
    if (this.tries >= 20) {
      this.#note(this.t('callFailed'), true);
      return;
    }
    this.timer = setTimeout(() => this.#connect(), RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]);
  }

  // A new connection for the sound: the call at the other end goes on where it was.
  async #sound() {
    const pc = new RTCPeerConnection(this.ice);
    const old = this.pc;
    this.pc = pc;
    old?.close();
    pc.ontrack = ({ streams, track }) => { this.player.srcObject = streams[0] || new MediaStream([track]); };
    pc.onconnectionstatechange = () => this.#watch(pc);
    for (const track of this.stream.getAudioTracks()) pc.addTrack(track, this.stream);
    await pc.setLocalDescription(await pc.createOffer());
    await new Promise((done) => {
      if (pc.iceGatheringState === 'complete') done();
      pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done();
      setTimeout(done, GATHER_MS);
    });
    if (pc === this.pc) this.#send({ type: 'offer', sdp: pc.localDescription.sdp });
  }

  #watch(pc) {
    if (pc !== this.pc || this.over) return;
    clearTimeout(this.dead);
    if (pc.connectionState === 'connected') {
      this.tries = 0;
      this.parts.state.textContent = this.t('connected');
    }
    if (pc.connectionState === 'failed') this.#fresh();
    if (pc.connectionState === 'disconnected') {
      this.parts.state.textContent = this.t('reconnecting');
      this.dead = setTimeout(() => this.#fresh(), 1500);
    }
  }

  #fresh() {
    if (this.over) return;
    if (this.socket.readyState === WebSocket.OPEN) this.#sound();
    else this.#again();
  }

  #send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  async #take(message) {
    if (message.type === 'hello') {
      this.ice = { iceServers: message.ice, iceTransportPolicy: message.policy };
      this.#sound();
    } else if (message.type === 'answer') await this.pc.setRemoteDescription({ type: 'answer', sdp: message.sdp }).catch(() => {});
    else if (message.type === 'caption') this.#caption(message);
    else if (message.type === 'ping') this.#send({ type: 'pong' });
    else if (message.type === 'elsewhere') this.#elsewhere();
    else if (message.type === 'ended') this.#ended(message.outcome);
    else if (message.type === 'refused') this.#note(this.t(message.code === 'line-busy' ? 'busy' : 'callFailed'), true);
  }

  #caption({ by, text, final }) {
    const { log } = this.parts;
    if (by === 'resident' && this.partial) this.partial.remove();
    this.partial = null;
    if (!text) return;
    const line = h('p', { class: `caption ${by}${final ? '' : ' partial'}` }, h('small', {}, this.t(by === 'agent' ? 'agentSaid' : 'youSaid')), h('span', {}, text));
    if (!final) this.partial = line;
    log.append(line);
    log.scrollTop = log.scrollHeight;
  }

  #show() {
    const { state } = this.line;
    if (!state) return;
    this.doctor.take(state.doctor);
    this.doctor.joined(this.over ? '' : state.staff);
    const { bar } = this.parts;
    bar.hidden = !state.progress;
    if (state.progress) Object.assign(bar, { max: state.progress.of, value: state.progress.at });
    const asked = JSON.stringify([state.ask, state.replies]);
    if (this.asked !== asked) this.#pad();
    this.asked = asked;
  }

  #pad() {
    const { replies } = this.line.state || {};
    this.parts.pad.replaceChildren(...(replies ? answerPad(replies, this.t, (text) => this.#type(text)) : []));
  }

  #type(text) {
    this.#send({ type: 'typed', text });
    this.#caption({ by: 'resident', text, final: true });
  }

  #mute() {
    const [track] = this.stream.getAudioTracks();
    track.enabled = !track.enabled;
    this.parts.mute.setAttribute('aria-pressed', String(!track.enabled));
    this.parts.mute.textContent = this.t(track.enabled ? 'mute' : 'unmute');
  }

  // The call goes on in another window; here it can be taken back.
  #elsewhere() {
    this.#stop();
    this.doctor.joined('');
    this.#before(this.t('elsewhere'));
  }

  #hangUp() {
    this.#send({ type: 'hang-up' });
    this.#ended('incomplete');
  }

  #ended(outcome) {
    if (this.over) return;
    this.over = true;
    this.#release();
    this.doctor.joined('');
    this.parts.tools.hidden = this.parts.pad.hidden = this.parts.meter.hidden = true;
    this.parts.state.textContent = this.t('callDone');
    if (outcome === 'escalated' && this.parts.banner.hidden) this.#note(this.t('escalated'), true);
  }

  // The microphone and the agent's sound are let go; the doctor's room asks for its own.
  #release() {
    this.over = true;
    clearInterval(this.metering);
    clearTimeout(this.timer);
    clearTimeout(this.dead);
    window.removeEventListener('online', this.online);
    window.removeEventListener('keydown', this.zero);
    this.pc?.close();
    this.socket?.close();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }

  #stop() {
    this.#release();
    this.line?.close();
  }

  #note(text, alarm) {
    this.parts.banner.replaceChildren(text, text.includes('120') ? h('a', { href: 'tel:120' }, this.t('call120')) : '');
    this.parts.banner.classList.toggle('alarm', Boolean(alarm));
    this.parts.banner.hidden = !text;
  }
}

if (!customElements.get('suifang-call')) customElements.define('suifang-call', SuifangCall);
