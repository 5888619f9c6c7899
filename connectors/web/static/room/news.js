// What the resident is told while a doctor is called: shown, read aloud once, and the room when the doctor has come.

import './room.js';
import { h } from '../dom.js';

export class DoctorNews {
  // host: { line, note(text), quiet(), token, visit, lang, service, overlay, leave?(), muted?(off) } - the chat or the call around it
  constructor(host) {
    this.host = host;
    this.number = 0;
    this.player = new Audio();
  }

  take(news) {
    if (!news || news.number === this.number) return;
    this.number = news.number;
    this.step = news.step;
    this.host.note(news.text);
    this.#aloud(news.number);
    if (news.step === 'accepted') {
      this.#open();
      this.host.quiet(true);
    }
    if (news.step === 'ended') this.close();
  }

  // Somebody of the staff has taken the call over: the same room, while the agent's line stays open behind it.
  joined(staff) {
    if (staff) this.#open();
    else if (this.frame && this.step !== 'accepted') this.close();
  }

  close() {
    this.frame?.remove();
    this.frame = null;
    this.host.quiet(false);
    this.host.muted?.(false);
  }

  #open() {
    if (this.frame) return;
    const { visit, token, lang, service } = this.host;
    const room = h('suifang-video-room', { visit, token, lang, server: service });
    const over = () => {
      if (this.step !== 'accepted') this.host.leave?.();
      this.close();
    };
    room.addEventListener('suifang-left', over);
    room.addEventListener('suifang-ended', () => this.close());
    room.addEventListener('suifang-muted', ({ detail }) => this.host.muted?.(detail));
    this.frame = h('div', { class: 'overlay' }, room);
    this.host.overlay.append(this.frame);
  }

  async #aloud(number) {
    try {
      const answer = await this.host.line.from(`/api/video/${this.host.visit}/speech/${number}`);
      if (!answer.ok || number !== this.number) return;
      this.player.src = URL.createObjectURL(await answer.blob());
      await this.player.play();
    } catch { /* the words stand on the page */ }
  }
}

export const OVERLAY = `
.overlay { position: fixed; inset: 0; z-index: 2147483001; background: #0d1614; }
.overlay suifang-video-room { height: 100%; }
`;
