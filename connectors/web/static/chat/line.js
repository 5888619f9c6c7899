// The line of one conversation: what is written goes out once, what is new comes in once, whatever the network does.
// A message carries the number of its turn; the service takes a turn once. The place in the log is the cursor.

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const SILENT_MS = 45000;
export const NOTHING = { kind: 'text', options: [], fields: [], say: '{0}' };

export class ChatLine extends EventTarget {
  constructor(service, visit, token = '') {
    super();
    this.service = service;
    this.base = `${service}/api/chat/${visit}`;
    this.token = token;
    this.key = `suifang:${visit}`;
    this.cursor = -1;
    this.state = null;
    this.offers = {}; // what can be tapped to give an earlier answer anew, by its ask
    this.online = false;
    this.pending = this.#kept();
    this.tries = 0;
    this.closed = false;
    this.wake = () => this.#reconnectNow();
    window.addEventListener('online', this.wake);
  }

  address(path = '', query = {}) {
    const url = new URL(this.base + path, location.href);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  // The link travels in a header, and as a subprotocol of the socket: addresses are logged in too many places.
  fetch(path, options = {}, query = {}) {
    const headers = { ...options.headers, ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}) };
    return fetch(this.address(path, query), { ...options, headers });
  }

  // Another part of the service, with the same link.
  from(path) {
    return fetch(this.service + path, { headers: this.token ? { Authorization: `Bearer ${this.token}` } : {} });
  }

  open() {
    const url = this.address('/live', { after: this.cursor });
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url, this.token ? [`suifang.link.${this.token}`] : []);
    this.socket = socket;
    socket.onmessage = (event) => { if (socket === this.socket) this.#take(JSON.parse(event.data)); };
    socket.onclose = (event) => { if (socket === this.socket) this.#lost(event); };
  }

  close() {
    this.closed = true;
    window.removeEventListener('online', this.wake);
    clearTimeout(this.timer);
    clearTimeout(this.watch);
    this.socket?.close();
  }

  say(text, amend = null) {
    this.pending.push({ text, amend, turn: null });
    this.#keep();
    this.#emit('change');
    this.#flush();
  }

  // A spoken message goes by its own request; the turn guards it the same way.
  async sayAloud(blob) {
    const headers = { 'Content-Type': 'application/octet-stream' };
    const answer = await this.fetch('/voice', { method: 'POST', headers, body: blob }, { turn: this.state.turn + 1 });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).code || `http-${answer.status}`);
  }

  #take(message) {
    this.#alive();
    if (message.type === 'ping') this.#send({ type: 'pong' });
    else if (message.type === 'message') this.#message(message);
    else if (message.type === 'state') this.#state(message);
    else if (message.type === 'ack') this.#settled(message.turn);
    else if (message.type === 'refused') this.#refused(message);
    else this.#emit(message.type, message);
  }

  #message(message) {
    if (message.seq <= this.cursor) return;
    this.cursor = message.seq;
    if (message.by === 'resident') this.#settled(message.turn);
    this.#emit('message', message);
  }

  #state(state) {
    this.state = state;
    Object.assign(this.offers, state.offers);
    if (!this.online) {
      this.online = true;
      this.tries = 0;
    }
    this.#emit('change');
    this.#flush();
  }

  #settled(turn) {
    if (this.state && turn > this.state.turn) Object.assign(this.state, { turn, replies: NOTHING }); // what is asked now comes with the next state
    if (!this.pending.length || this.pending[0].turn !== turn) return;
    this.pending.shift();
    this.#keep();
    this.#emit('change');
    this.#flush();
  }

  #refused(refusal) {
    const [first] = this.pending;
    if (first && (refusal.turn === undefined || first.turn === refusal.turn)) {
      this.pending.shift();
      this.#keep();
    }
    this.#emit('refused', { ...refusal, text: first?.text || '' });
    this.#emit('change');
  }

  #flush() {
    const [first] = this.pending;
    if (!first || !this.online || this.socket.readyState !== WebSocket.OPEN) return;
    if (first.turn === null) {
      first.turn = this.state.turn + 1;
      this.#keep();
    } else if (first.sentOn === this.socket) return;
    first.sentOn = this.socket;
    this.#send({ type: 'say', turn: first.turn, text: first.text, amend: first.amend });
  }

  #send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  #alive() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.#reconnectNow(), SILENT_MS);
  }

  #lost(event) {
    clearTimeout(this.watch);
    this.online = false;
    if (this.closed) return;
    if (event.code >= 4400 && event.code < 4500) {
      this.closed = true;
      this.#emit('refused', { code: 'link-unknown', text: '' });
      return;
    }
    if (event.code === 1009 && this.pending.length) {
      const [first] = this.pending.splice(0, 1);
      this.#keep();
      this.#emit('refused', { code: 'request-too-large', text: first.text });
    }
    this.#emit('change');
    if (event.code === 1006) this.#stillGood();
    this.timer = setTimeout(() => this.open(), RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]);
  }

  // Browsers do not tell a page why a socket was refused; the link itself does.
  async #stillGood() {
    const answer = await fetch(`${this.service}/api/link`, { headers: { Authorization: `Bearer ${this.token}` } }).catch(() => null);
    if (answer?.status !== 401 || this.closed) return;
    this.close();
    this.#emit('refused', { code: 'link-unknown', text: '' });
  }

  #reconnectNow() {
    if (this.closed) return;
    clearTimeout(this.timer);
    const old = this.socket;
    this.socket = null;
    this.online = false;
    old?.close();
    this.#emit('change');
    this.open();
  }

  #kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) || '[]');
    } catch {
      return [];
    }
  }

  #keep() {
    const plain = this.pending.map(({ text, amend, turn }) => ({ text, amend, turn }));
    try {
      if (plain.length) sessionStorage.setItem(this.key, JSON.stringify(plain));
      else sessionStorage.removeItem(this.key);
    } catch { /* storage may be forbidden; the page itself still holds what waits */ }
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
