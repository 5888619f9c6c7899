// A doctor whose page is open is on duty: the desk for urgent video calls is on every page of theirs, and shows itself when it rings.

import '../room/desk.js';
import { send } from './api.js';

const desk = document.querySelector('suifang-doctor-desk');
let taken = null;

// Whoever answers has the visit's alerts too.
async function takeAlerts(visit) {
  const loose = await send('/api/alerts', 'GET', undefined, true).catch(() => []);
  for (const alert of loose.filter((one) => one.visit_id === visit)) {
    await send(`/api/visits/${visit}/alerts/${alert.seq}/take`, 'POST').catch(() => null);
  }
}

function look() {
  const busy = desk.parts && (desk.parts.list.childElementCount || desk.parts.talk.childElementCount);
  desk.hidden = !busy;
  if (desk.visit && desk.visit !== taken) {
    taken = desk.visit;
    takeAlerts(taken);
  }
}

new MutationObserver(look).observe(desk.shadowRoot, { childList: true, subtree: true });
look();
addEventListener('beforeunload', (event) => { if (desk.visit) event.preventDefault(); });
