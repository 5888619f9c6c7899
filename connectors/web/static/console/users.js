// Accounts: made, closed, given a new password, which is shown once.

import { send, toast } from './api.js';
import { dialog } from './shell.js';
import { h } from '../dom.js';
import { t } from './words.js';

const DONE = { disable: t('已停用。'), totp: t('下次登录时重新设验证码。') };
const failed = (refused) => toast(refused.message);

function showPassword({ name, password }) {
  const box = dialog(t('第一次登录的密码'), h('p', {}, t('{0} 的密码只显示这一次，登录后要换：', name)), h('p', {}, h('code', { class: 'secret' }, password)),
    h('form', { method: 'dialog', class: 'foot' }, h('button', { class: 'primary' }, t('记下了'))));
  box.addEventListener('close', () => location.reload());
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  const { name } = button.closest('tr').dataset;
  const act = button.dataset.act;
  send(`/api/staff/${name}/${act}`, 'POST').then((made) => {
    if (made) showPassword(made);
    else { sessionStorage.setItem('said', DONE[act]); location.reload(); }
  }, failed);
});
document.getElementById('new').addEventListener('submit', (event) => {
  event.preventDefault();
  send('/api/staff', 'POST', Object.fromEntries(new FormData(event.target))).then(showPassword, failed);
});
