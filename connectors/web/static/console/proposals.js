// Facts for the health record: accepted or rejected, one by one or all that wait.

import { send, toast, reloadWith } from './api.js';
import { t } from './words.js';

const decide = ({ visit, number }, accept) => send(`/api/visits/${visit}/proposals/${number}`, 'POST', { accept });

document.addEventListener('click', async (event) => {
  const button = event.target.closest('.proposals button');
  if (!button) return;
  const whole = button.classList.contains('decide-all');
  const chosen = whole ? [...document.querySelectorAll('.proposals [data-accept=yes]')] : [button];
  const accept = whole || button.dataset.accept === 'yes';
  for (const one of document.querySelectorAll('.proposals button')) one.disabled = true;
  try {
    for (const one of chosen) await decide(one.dataset, accept);
    reloadWith(accept ? t('已采纳，报送签约系统。') : t('没有采纳，档案不变。'), 'proposals');
  } catch (refused) {
    if (refused.code === 'proposal-decided') reloadWith(refused.message, 'proposals');
    else toast(refused.message);
    for (const one of document.querySelectorAll('.proposals button')) one.disabled = false;
  }
});
