// The roster: one's own availability, shifts added and taken out.

import { send, toast, reloadWith } from './api.js';
import { t } from './words.js';

const failed = (refused) => toast(refused.message);

document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.state) {
    send('/api/roster/availability', 'PUT', { state: button.dataset.state }).then(() => location.reload(), failed);
  }
  if (button?.classList.contains('drop')) {
    send(`/api/roster/shifts/${button.dataset.shift}`, 'DELETE').then(() => reloadWith(t('这一班删掉了。')), failed);
  }
});
document.getElementById('shift').addEventListener('submit', (event) => {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(event.target));
  if (given.ends <= given.starts) { toast(t('结束要在开始之后。')); return; }
  send('/api/roster/shifts', 'POST', given).then(() => reloadWith(t('加上了。')), failed);
});
