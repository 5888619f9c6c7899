// The call list: a link for a resident, shown once, to be copied into a message.

import { send, toast } from './api.js';
import { dialog } from './shell.js';
import { filter } from './find.js';
import { h } from '../dom.js';
import { t } from './words.js';

filter(() => document.querySelectorAll('#calls tbody tr'));

async function copy(url) {
  await navigator.clipboard.writeText(url).then(() => toast(t('链接已复制。')), () => toast(t('请长按或选中链接来复制。')));
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button.make');
  if (!button) return;
  const { resident, flow } = button.closest('tr').dataset;
  const body = { resident_id: resident, flow, purpose: button.dataset.purpose };
  button.disabled = true;
  const made = await send('/api/links', 'POST', body).catch((refused) => toast(refused.message));
  button.disabled = false;
  if (!made) return;
  dialog(button.getAttribute('aria-label'),
    h('p', {}, t('发给居民本人或家属，点开就能接着做。链接只显示这一次，过期作废。')),
    h('p', {}, h('a', { href: made.url, class: 'secret', rel: 'noreferrer' }, made.url)),
    h('form', { method: 'dialog', class: 'foot' }, h('button', { type: 'button', onclick: () => copy(made.url) }, t('复制')), h('button', { class: 'primary' }, t('好了'))));
});
