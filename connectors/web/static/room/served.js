// The same room by a LiveKit server: one connection to it in place of one to every browser. Its client is loaded where one is configured.

const JOIN_MS = 6000; // whoever has not got in by then meets the others browser to browser
const LOST_MS = 5000; // so long it tries to come back by itself
const REFUSED = 0; // ConnectionErrorReason.NotAllowed

export class Served {
  // told: { stream(guest, stream), state(key), stranded(problem) }; guests are the ids that tokens carry.
  constructor(entry, stream, told) {
    this.entry = entry;
    this.stream = stream;
    this.told = told;
    this.streams = new Map();
  }

  async join() {
    const late = setTimeout(() => this.#strand('livekit-unreachable'), JOIN_MS);
    try {
      this.kit = await import('../vendor/livekit-client.esm.mjs');
      if (this.over) return;
      this.kit.setLogLevel('silent'); // it would write tokens and identities to the console
      this.#listen(this.room = new this.kit.Room({
        dynacast: true, stopLocalTrackOnUnpublish: false,
        reconnectPolicy: { nextRetryDelayInMs: ({ elapsedMs }) => (elapsedMs < LOST_MS ? 500 : null) },
      }));
      await this.room.connect(this.entry.url, this.entry.token, { maxRetries: 0, rtcConfig: { iceTransportPolicy: this.entry.policy } });
      this.room.on(this.kit.RoomEvent.Disconnected, () => this.#strand('livekit-lost')); // one that fails to connect tells this too
      await Promise.all(this.stream.getTracks().map((track) => this.#publish(track)));
    } catch (error) {
      this.#strand(error?.reason === REFUSED ? 'livekit-refused' : 'livekit-unreachable');
    } finally {
      clearTimeout(late);
    }
  }

  leave() {
    this.over = true;
    this.room?.disconnect(false);
  }

  async replace(old, track) {
    const held = [...(this.room?.localParticipant.trackPublications.values() || [])].find((one) => one.track?.mediaStreamTrack === old);
    if (held) await held.track.replaceTrack(track, { userProvidedTrack: true });
    else await this.#publish(track);
  }

  #publish(track) {
    const source = this.kit.Track.Source[track.kind === 'video' ? 'Camera' : 'Microphone'];
    return this.room.localParticipant.publishTrack(track, { source, simulcast: true });
  }

  #listen(room) {
    const { RoomEvent } = this.kit;
    room.on(RoomEvent.TrackSubscribed, (track, _, { identity }) => this.#shown(identity, (stream) => stream.addTrack(track.mediaStreamTrack)));
    room.on(RoomEvent.TrackUnsubscribed, (track, _, { identity }) => this.#shown(identity, (stream) => stream.removeTrack(track.mediaStreamTrack)));
    room.on(RoomEvent.Reconnecting, () => this.told.state('reconnecting'));
    room.on(RoomEvent.Reconnected, () => this.told.state(''));
  }

  // Sound and picture of one of the others, in a stream of its own.
  #shown(guest, change) {
    if (!this.streams.has(guest)) this.streams.set(guest, new MediaStream());
    const stream = this.streams.get(guest);
    change(stream);
    this.told.stream(guest, stream);
  }

  #strand(problem) {
    if (this.over) return;
    this.leave();
    this.told.stranded(problem);
  }
}
