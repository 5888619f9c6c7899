// Push to talk, and reading aloud. Recognition and synthesis are the service's.

const SHORTEST_MS = 400;
const LONGEST_MS = 55000;
const KINDS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export class Recorder {
  static usable() {
    return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
  }

  // Starts recording. Throws when the microphone is not given.
  async start() {
    this.released = false;
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    const kind = KINDS.find((type) => MediaRecorder.isTypeSupported(type));
    this.recorder = new MediaRecorder(this.stream, kind ? { mimeType: kind, audioBitsPerSecond: 32000 } : {});
    this.parts = [];
    this.recorder.ondataavailable = (event) => this.parts.push(event.data);
    this.began = performance.now();
    this.recorder.start();
    this.limit = setTimeout(() => this.recorder.state === 'recording' && this.recorder.stop(), LONGEST_MS);
  }

  // The sound; null when it was too short to be speech.
  async stop() {
    if (!this.recorder) return null;
    clearTimeout(this.limit);
    const long = performance.now() - this.began >= SHORTEST_MS;
    const over = new Promise((resolve) => { this.recorder.onstop = resolve; });
    if (this.recorder.state === 'recording') this.recorder.stop();
    else this.recorder.onstop = null;
    await (this.recorder.state === 'inactive' && this.parts.length ? Promise.resolve() : over);
    this.stream.getTracks().forEach((track) => track.stop());
    this.recorder = null;
    return long && this.parts.length ? new Blob(this.parts) : null;
  }
}

// Messages are read one after the other; a tap on one stops what is being read.
export class Reader {
  constructor(line) {
    this.line = line;
    this.queue = [];
    this.player = new Audio();
    this.player.onended = this.player.onerror = () => this.#next();
  }

  now(seq) {
    this.stop();
    this.later(seq);
  }

  later(seq) {
    this.queue.push(seq);
    if (this.player.paused || this.player.ended) this.#next();
  }

  stop() {
    this.queue = [];
    this.player.pause();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = null;
  }

  async #next() {
    if (this.busy || !this.queue.length) return;
    this.busy = true;
    try {
      const answer = await this.line.fetch(`/speech/${this.queue.shift()}`);
      if (answer.ok) {
        if (this.url) URL.revokeObjectURL(this.url);
        this.url = URL.createObjectURL(await answer.blob());
        this.player.src = this.url;
        await this.player.play();
      }
    } catch { /* a browser plays nothing before the first tap; the text stands there */ }
    this.busy = false;
    if (this.player.paused) this.#next();
  }
}
