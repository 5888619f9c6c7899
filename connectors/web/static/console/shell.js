// On every page of staff: logging out, the list of keys, going from page to page by keyboard, words left by the last page.

import { send, toast } from './api.js';
import { h } from '../dom.js';
import { t } from './words.js';

const KEYS = [
  ['j / k', t('下一行 / 上一行')], ['Enter', t('打开')], ['/', t('查找')], ['e', t('改这一项')], ['p', t('听这一项的录音')], ['s', t('签字')],
  ['u', t('回到工作列表')], ['g a', t('去警报')], ['g w', t('去工作列表')], ['?', t('这张表')], ['Esc', t('关闭')],
];

export function dialog(title, ...content) {
  const box = h('dialog', { 'aria-label': title }, h('h2', {}, title), ...content);
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

function showKeys() {
  const rows = KEYS.flatMap(([key, words]) => [h('kbd', {}, key), h('span', {}, words)]);
  dialog(t('快捷键'), h('div', { class: 'keys' }, ...rows), h('form', { method: 'dialog', class: 'foot' }, h('button', {}, t('知道了'))));
}

export function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')
    || event.target.closest?.('input, textarea, select, [contenteditable]');
}

// Rows that j and k go along: the focus is the cursor, so screen readers and Enter follow by themselves.
export function cursor(rows) {
  document.addEventListener('keydown', (event) => {
    if (typing(event) || !['j', 'k'].includes(event.key)) return;
    const shown = rows().filter((row) => row.offsetParent !== null);
    const at = shown.findIndex((row) => row.contains(document.activeElement));
    const next = shown[Math.min(shown.length - 1, Math.max(0, at + (event.key === 'j' ? 1 : -1)))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
    event.preventDefault();
  });
}

document.querySelector('nav [aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });

let going = false;
document.addEventListener('keydown', (event) => {
  if (typing(event)) return;
  if (event.key === '?') showKeys();
  if (event.key === 'u' && document.querySelector('[data-nav="/console/work"]')) location.href = '/console/work';
  if (going && event.key === 'a') location.href = '/console/alerts';
  if (going && event.key === 'w') location.href = '/console/work';
  going = event.key === 'g';
});
document.getElementById('keys').addEventListener('click', showKeys);
document.getElementById('leave').addEventListener('click', async () => {
  await send('/api/session', 'DELETE').catch(() => null);
  location.replace('/console/login');
});
const said = sessionStorage.getItem('said');
if (said) toast(said);
sessionStorage.removeItem('said');
