// The page of operators: a letter is sent once more, residents are found by name.

import { send, toast, reloadWith } from './api.js';
import { filter } from './find.js';
import { t } from './words.js';

filter(() => document.querySelectorAll('#residents tbody tr'));
document.addEventListener('click', (event) => {
  const button = event.target.closest('button.retry');
  if (!button) return;
  send(`/api/dead-letters/${button.dataset.letter}/retry`, 'POST')
    .then(() => reloadWith(t('已放回去再送。')), (refused) => toast(refused.message));
});
