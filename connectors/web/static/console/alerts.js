// The list of alerts: what became of one; drawn anew when another one comes.

import { send, toast, reloadWith } from './api.js';
import { cursor } from './shell.js';
import { t } from './words.js';

cursor(() => [...document.querySelectorAll('.brief .button, .brief .take')]);

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button.close');
  if (button) {
    const { visit } = button.closest('.brief').dataset;
    const [outcome, note] = [...button.parentElement.querySelectorAll('select, input')].map((field) => field.value);
    await send(`/api/visits/${visit}/alerts/close`, 'POST', { outcome, note })
      .then(() => reloadWith(t('已记下处理结果。')), (refused) => toast(refused.message));
  }
});

const allow = document.getElementById('allow');
if (allow) {
  const granted = () => !('Notification' in window) || Notification.permission === 'granted';
  allow.hidden = granted();
  allow.addEventListener('click', async () => {
    await Notification.requestPermission();
    allow.hidden = granted();
  });
}

let shown = null;
document.addEventListener('alerts', ({ detail }) => {
  const now = detail.map((alert) => `${alert.visit_id}:${alert.seq}`).join();
  const busy = document.activeElement?.closest('.brief') || document.querySelector('dialog[open]');
  if (shown !== null && now !== shown && !busy) location.reload();
  shown = now;
});
