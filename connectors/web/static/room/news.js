// What the resident is told while a doctor is called: shown, read aloud once, and the room when the doctor has come.

import './room.js';
import { h } from '../dom.js';

export class DoctorNews {
  // host: { line, note(text), quiet(), token, visit, lang, service, overlay } - the chat or the call around it
  constructor(host) {
    this.host = host;
    this.number = 0;
    this.player = new Audio();
  }

  take(news) {
    if (!news || news.number === this.number) return;
    this.number = news.number;
    this.host.note(news.text);
    this.#aloud(news.number);
    if (news.step === 'accepted') this.#open();
    if (news.step === 'ended') this.close();
  }

  close() {
    this.frame?.remove();
    this.frame = null;
    this.host.quiet(false);
  }

  #open() {
    if (this.frame) return;
    this.host.quiet(true);
    const { visit, token, lang, service } = this.host;
    const room = h('suifang-video-room', { visit, token, lang, server: service });
    room.addEventListener('suifang-left', () => this.close());
    room.addEventListener('suifang-ended', () => this.close());
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
