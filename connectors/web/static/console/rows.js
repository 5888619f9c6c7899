// Rows of links, gone along by j and k; courses that a doctor has looked at.

import { send, toast, reloadWith } from './api.js';
import { cursor } from './shell.js';
import { t } from './words.js';
import './proposals.js';

cursor(() => [...document.querySelectorAll('.row a')]);

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button.seen');
  if (!button) return;
  const { resident, rule } = button.dataset;
  await send(`/api/residents/${encodeURIComponent(resident)}/trends/${rule}/seen`, 'POST')
    .then(() => reloadWith(t('已记下，您看过了。')), (refused) => toast(refused.message));
});
