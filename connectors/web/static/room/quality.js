// How much picture a connection bears. Sound goes first: a picture that would spoil it gets smaller, and in the end is left out.

export const LEVELS = [
  { kbps: 1200, scale: 1, fps: 30 },
  { kbps: 450, scale: 1.5, fps: 20 },
  { kbps: 150, scale: 3, fps: 12 },
  { kbps: 0, scale: 4, fps: 1 }, // no picture
];
const LOOK_MS = 2000;
const LOSSY = 0.08;
const CALM = 0.02;
const CALM_LOOKS = 4;

// What the next look makes of a level: { level, calm }. lost is a share, kbps what the browser believes to get through.
export function judged({ level, calm }, { lost, kbps }) {
  const last = LEVELS.length - 1;
  if (lost > LOSSY || (level < last && kbps < LEVELS[level + 1].kbps)) return { level: Math.min(last, level + 1), calm: -CALM_LOOKS };
  if (lost > CALM || level === 0) return { level, calm: 0 };
  // Without a picture nobody knows what would get through: it is tried again.
  const bears = level === last || kbps > LEVELS[level].kbps;
  if (!bears || calm + 1 < CALM_LOOKS) return { level, calm: bears ? calm + 1 : 0 };
  return { level: level - 1, calm: 0 };
}

async function measured(pc) {
  const found = { lost: 0, kbps: Infinity };
  (await pc.getStats()).forEach((report) => {
    if (report.type === 'remote-inbound-rtp') found.lost = Math.max(found.lost, report.fractionLost || 0);
    if (report.type === 'candidate-pair' && report.nominated && report.availableOutgoingBitrate) found.kbps = report.availableOutgoingBitrate / 1000;
  });
  return found;
}

async function set(pc, level) {
  for (const sender of pc.getSenders()) {
    const wanted = sender.getParameters();
    if (!sender.track || !wanted.encodings?.length) continue;
    const { kbps, scale, fps } = LEVELS[level];
    const picture = { active: kbps > 0, maxBitrate: Math.max(kbps, 30) * 1000, scaleResolutionDownBy: scale, maxFramerate: fps };
    Object.assign(wanted.encodings[0], sender.track.kind === 'video' ? picture : { priority: 'high', networkPriority: 'high' });
    if (sender.track.kind === 'video') wanted.degradationPreference = 'balanced';
    await sender.setParameters(wanted).catch(() => {}); // a browser that knows less keeps its own way
  }
}

// Looks every two seconds until the connection is closed; told is called with whether there is a picture.
export function fit(pc, told) {
  let at = { level: 0, calm: 0 };
  let begun = false;
  const timer = setInterval(async () => {
    if (pc.connectionState === 'closed') { clearInterval(timer); return; }
    if (pc.connectionState !== 'connected') return;
    const next = judged(at, await measured(pc));
    if (!begun || next.level !== at.level) await set(pc, next.level);
    if (next.level !== at.level) told(LEVELS[next.level].kbps > 0);
    begun = true;
    at = next;
  }, LOOK_MS);
}
