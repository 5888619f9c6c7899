// <suifang-video-room>: everybody in the room of a visit, browser to browser. Signals go over the service, sound and picture do not.
// Every pair negotiates by the "perfect negotiation" pattern; the service says who is polite. Where the service says that the room is
// held on a LiveKit server, that one carries sound and picture, until somebody cannot get in: then all go on browser to browser.

import { h, SERVICE, sheet } from '../dom.js';
import { ask } from '../link.js';
import { words } from '../words.js';
import { fit } from './quality.js';
import { Served } from './served.js';

const STYLE = sheet(`
:host { display: block; background: #0d1614; color: #fff; font: 22px/1.5 "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.room { display: flex; flex-direction: column; height: 100%; min-height: 320px; }
.views { flex: 1; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 6px; padding: 6px; min-height: 0; position: relative; }
figure { margin: 0; position: relative; min-height: 0; background: #1d2b27; border-radius: 12px; overflow: hidden; }
video { width: 100%; height: 100%; object-fit: cover; display: block; background: #1d2b27; }
figure.own { position: absolute; right: 12px; bottom: 12px; width: 104px; height: 136px; border: 2px solid #fff; z-index: 1; }
figcaption { position: absolute; left: 8px; bottom: 6px; background: #000b; padding: 0 10px; border-radius: 8px; font-size: 20px; }
figure.own figcaption { display: none; }
.banner { margin: 0; padding: 8px 14px; background: #fff3cd; color: #5b4300; font-size: 20px; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; padding: 8px; justify-content: center; background: #0d1614; }
button, select { font: inherit; font-size: 20px; min-height: 56px; min-width: 64px; border-radius: 14px; border: 2px solid #fff; background: #24352f; color: #fff; padding: 4px 14px; cursor: pointer; }
.devices { display: contents; } select { max-width: 46%; }
button[aria-pressed="true"] { background: #fff; color: #10231f; }
button.leave { background: #a61b1b; font-weight: 700; }
button:focus-visible, select:focus-visible { outline: 4px solid #f0a500; }
`);
const RETRY_MS = [300, 600, 1000, 1500];
const DEAD_MS = 2500;

export class VideoRoom extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [STYLE];
    this.t = words(this.getAttribute('lang') || document.documentElement.lang);
    this.peers = new Map();
    this.tries = 0;
    this.online = () => this.socket && this.socket.readyState > WebSocket.OPEN && this.#again(0);
    window.addEventListener('online', this.online);
    this.#build();
    this.#enter();
  }

  disconnectedCallback() {
    this.leave();
  }

  leave() {
    this.left = true;
    window.removeEventListener('online', this.online);
    clearTimeout(this.timer);
    this.socket?.close();
    this.served?.leave();
    for (const peer of this.peers.values()) peer.pc?.close();
    this.peers.clear();
    this.stream?.getTracks().forEach((track) => track.stop());
  }

  #build() {
    const { t } = this;
    this.parts = {
      views: h('div', { class: 'views' }),
      banner: h('p', { class: 'banner', role: 'status' }, t(this.hasAttribute('alone') ? 'waitDoctor' : 'waitOther')),
      own: h('video', { autoplay: true, muted: true, playsInline: true }),
      mute: h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.#toggle('audio') }, t('mute')),
      dark: h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.#toggle('video') }, t('cameraOff')),
      devices: h('span', { class: 'devices' }),
    };
    const { views, banner, own, mute, dark, devices } = this.parts;
    this.parts.ownView = h('figure', { class: 'own' }, own, h('figcaption', {}, t('self')));
    views.append(this.parts.ownView);
    const invite = this.getAttribute('token') && !this.hasAttribute('alone') && h('button', { type: 'button', onclick: () => this.#invite() }, t('invite'));
    const end = !this.hasAttribute('bare') && h('button', { type: 'button', class: 'leave', onclick: () => this.#say('suifang-left') }, t('leave'));
    this.shadowRoot.replaceChildren(h('section', { class: 'room', 'aria-label': t('videoTitle') }, banner, views, h('div', { class: 'tools' }, mute, dark, devices, invite, end)));
  }

  async #enter() {
    this.stream = await media();
    if (this.left) return this.leave();
    this.parts.own.srcObject = this.stream;
    const seen = this.stream.getVideoTracks().length > 0;
    this.parts.ownView.hidden = this.parts.dark.hidden = !seen;
    if (!seen) this.#note(this.t('noCamera'));
    this.#connect();
    return this.#list();
  }

  #connect() {
    const service = this.getAttribute('server') || SERVICE;
    const url = new URL(`${service}/api/video/${this.getAttribute('visit')}/live`, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    if (this.hasAttribute('family')) url.searchParams.set('family', 'true');
    const token = this.getAttribute('token');
    const socket = new WebSocket(url, token ? [`suifang.link.${token}`] : []);
    this.socket = socket;
    socket.onmessage = (event) => { if (socket === this.socket) this.#take(JSON.parse(event.data)); };
    socket.onclose = () => {
      if (socket !== this.socket || this.left) return;
      if (token) this.#stands(service, token);
      this.#again();
    };
  }

  // Who waits with a link is told whether a doctor comes: the socket alone opens to nobody before one has accepted.
  async #stands(service, token) {
    const found = await ask(service, token, `/api/video/${this.getAttribute('visit')}/doctor`).catch((refused) => ({ refused: refused.message }));
    if (this.left || this.peers.size) return;
    if (found.refused === 'link-unknown') this.#say('suifang-link-over');
    else if (found.step === 'ended') this.#say('suifang-ended');
    else if (found.step === 'ringing') this.#note(this.t('waitDoctor'));
    else if (found.step === 'nobody' || found.step === '') this.#note(this.t('nobody'));
  }

  // Sound and picture go on without the socket; it is only needed to negotiate anew.
  #again(wait = RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#connect(), wait);
  }

  async #take(message) {
    if (message.type === 'hello') {
      this.tries = 0;
      for (const id of [...this.peers.keys()]) this.#gone(id);
      if (this.hasAttribute('alone')) this.#note(this.t('waitDoctor'));
      this.#place(message);
    } else if (message.type === 'moved') {
      this.#place(message);
      for (const peer of this.peers.values()) this.#pair(peer);
    } else if (message.type === 'peer') this.#meet(message);
    else if (message.type === 'gone') this.#gone(message.id);
    else if (message.type === 'signal') await this.#signal(message).catch(() => this.#restart(this.peers.get(message.from)));
    else if (message.type === 'ended') this.#say('suifang-ended');
    else if (message.type === 'ping') this.#send({ type: 'pong' });
  }

  #send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // Where the room is held, now: { place, ice, policy } or { place, url, token, policy }.
  #place(entry) {
    this.served?.leave();
    this.served = null;
    this.ice = { iceServers: entry.ice, iceTransportPolicy: entry.policy };
    if (entry.place !== 'livekit') return;
    this.served = new Served(entry, this.stream, {
      stream: (guest, stream) => { for (const peer of this.peers.values()) if (peer.guest === guest) this.#sees(peer, stream); },
      state: (key) => this.#note(key && this.t(key)),
      stranded: (problem) => { this.#note(this.t('reconnecting')); this.#send({ type: 'stranded', problem }); },
    });
    this.served.join();
  }

  #meet({ id, guest, role, shown, polite }) {
    const video = h('video', { autoplay: true, playsInline: true });
    const name = shown || { resident: this.t('other'), family: this.t('relations').proxy }[role] || this.t('doctorName');
    const peer = { id, guest, polite, video, making: false, ignoring: false, view: h('figure', { 'data-peer': String(id) }, video, h('figcaption', {}, name)) };
    this.peers.set(id, peer);
    this.parts.views.prepend(peer.view);
    if (!this.served) this.#pair(peer);
    else if (this.served.streams.has(guest)) this.#sees(peer, this.served.streams.get(guest));
  }

  #sees(peer, stream) {
    if (peer.video.srcObject !== stream) peer.video.srcObject = stream;
    this.#note('');
  }

  // Browser to browser with one of the others.
  #pair(peer) {
    const { id, video, polite } = peer;
    const pc = peer.pc = new RTCPeerConnection(this.ice);
    pc.ontrack = ({ streams }) => { video.srcObject = streams[0]; this.#note(''); };
    pc.onicecandidate = ({ candidate }) => candidate && this.#send({ type: 'signal', to: id, candidate: candidate.toJSON() });
    pc.onnegotiationneeded = async () => {
      try {
        peer.making = true;
        await pc.setLocalDescription();
        this.#send({ type: 'signal', to: id, description: pc.localDescription.toJSON() });
      } finally {
        peer.making = false;
      }
    };
    pc.onconnectionstatechange = () => this.#watch(peer);
    fit(pc, (picture) => this.#note(picture ? '' : this.t('soundOnly')));
    if (polite) this.#give(peer);
  }

  // Who comes begins; who is there gives sound and picture with the answer: one round instead of two that collide.
  #give(peer) {
    if (peer.given) return;
    peer.given = true;
    const kinds = new Set(this.stream.getTracks().map(({ kind }) => kind));
    for (const track of this.stream.getTracks()) peer.pc.addTrack(track, this.stream);
    if (peer.polite) ['audio', 'video'].filter((kind) => !kinds.has(kind)).forEach((kind) => peer.pc.addTransceiver(kind, { direction: 'recvonly' }));
  }

  async #signal({ from, description, candidate }) {
    const peer = this.peers.get(from);
    if (!peer?.pc) return;
    const { pc } = peer;
    if (description) {
      const glare = description.type === 'offer' && (peer.making || pc.signalingState !== 'stable');
      peer.ignoring = !peer.polite && glare;
      if (peer.ignoring) return;
      await pc.setRemoteDescription(description);
      if (description.type === 'offer') {
        this.#give(peer);
        await pc.setLocalDescription();
        this.#send({ type: 'signal', to: from, description: pc.localDescription.toJSON() });
      }
    } else if (candidate) {
      await pc.addIceCandidate(candidate).catch(() => {}); // one of an offer that was passed over
    }
  }

  #watch(peer) {
    const { pc } = peer;
    clearTimeout(peer.timer);
    if (pc.connectionState === 'connected') this.#note('');
    if (pc.connectionState === 'failed') this.#restart(peer);
    if (pc.connectionState === 'disconnected') {
      this.#note(this.t('reconnecting'));
      peer.timer = setTimeout(() => this.#restart(peer), DEAD_MS);
    }
  }

  #restart(peer) {
    if (!peer?.pc || peer.pc.connectionState === 'connected' || peer.pc.signalingState === 'closed') return;
    this.#note(this.t('reconnecting'));
    peer.pc.restartIce();
    peer.timer = setTimeout(() => this.#restart(peer), DEAD_MS);
  }

  #gone(id) {
    const peer = this.peers.get(id);
    if (!peer) return;
    clearTimeout(peer.timer);
    peer.pc?.close();
    peer.view.remove();
    this.peers.delete(id);
    if (!this.peers.size) this.#note(this.t('waitOther'));
  }

  #toggle(kind) {
    const tracks = this.stream.getTracks().filter((track) => track.kind === kind);
    const off = tracks.some((track) => track.enabled);
    for (const track of tracks) track.enabled = !off;
    const button = kind === 'audio' ? this.parts.mute : this.parts.dark;
    button.setAttribute('aria-pressed', String(off));
    if (kind === 'audio') this.dispatchEvent(new CustomEvent('suifang-muted', { detail: off }));
    button.textContent = this.t(kind === 'audio' ? (off ? 'unmute' : 'mute') : (off ? 'cameraOn' : 'cameraOff'));
  }

  // Of cameras one is chosen where there are several; staff choose among microphones too, residents are not asked.
  async #list() {
    const all = await navigator.mediaDevices?.enumerateDevices?.() || [];
    this.parts.devices.replaceChildren(...(this.hasAttribute('token') ? ['video'] : ['video', 'audio']).map((kind) => {
      const mine = all.filter((device) => device.kind === `${kind}input` && !['default', 'communications'].includes(device.deviceId));
      const name = this.t(kind === 'video' ? 'camera' : 'microphone');
      return mine.length > 1 ? h('select', { 'aria-label': name, onchange: (event) => this.#choose(kind, event.target.value) },
        mine.map(({ deviceId, label }, index) => h('option', { value: deviceId }, label || `${name} ${index + 1}`))) : '';
    }));
  }

  async #choose(kind, deviceId) {
    const fresh = await navigator.mediaDevices.getUserMedia({ [kind]: { deviceId: { exact: deviceId } } }).catch(() => null);
    const [track] = fresh?.getTracks() || [];
    if (!track) return;
    for (const old of this.stream.getTracks().filter((one) => one.kind === kind)) {
      track.enabled = old.enabled;
      await this.served?.replace(old, track);
      for (const { pc } of this.peers.values()) await pc?.getSenders().find((sender) => sender.track === old)?.replaceTrack(track);
      this.stream.removeTrack(old);
      old.stop();
    }
    this.stream.addTrack(track);
  }

  async #invite() {
    const url = new URL(`${this.getAttribute('server') || SERVICE}/r/${this.getAttribute('token')}#family`, location.href);
    try {
      if (navigator.share) await navigator.share({ title: this.t('videoTitle'), url: url.href });
      else await navigator.clipboard.writeText(url.href);
      this.#note(this.t('inviteCopied'));
    } catch {
      this.#note(url.href);
    }
  }

  #note(text) {
    this.parts.banner.textContent = text;
    this.parts.banner.hidden = !text;
  }

  #say(type) {
    this.leave();
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

async function media() {
  const wanted = [{ audio: true, video: { width: 640, height: 480 } }, { audio: true }, { video: true }];
  for (const kinds of wanted) {
    try {
      return await navigator.mediaDevices.getUserMedia(kinds);
    } catch { /* the next best */ }
  }
  return new MediaStream();
}

if (!customElements.get('suifang-video-room')) customElements.define('suifang-video-room', VideoRoom);
