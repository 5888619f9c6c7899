// The report: hear, correct in place, sign, send back; by mouse and by keyboard.

import { send, toast, reloadWith } from './api.js';
import { cursor, dialog, typing } from './shell.js';
import { editor } from './editor.js';
import { h } from '../dom.js';
import './proposals.js';
import { t } from './words.js';

const report = document.querySelector('.report');
const { visit } = report.dataset;
const version = () => Number(report.dataset.version);
const REASONS = [t('听录音不是这个数'), t('居民补充'), t('和居民核实过'), t('填错了地方')];

// One clip at a time; a second press stops it.
document.addEventListener('play', (event) => {
  for (const other of document.querySelectorAll('audio')) if (other !== event.target) other.pause();
}, true);

function failed(refused) {
  if (refused.code === 'record-changed' || refused.code === 'signed-already') reloadWith(refused.message);
  else toast(refused.message);
}

function reasons(field) {
  const pick = (words) => h('button', { type: 'button', onclick: () => { field.value = words; } }, words);
  return h('div', { class: 'quick' }, ...REASONS.map(pick));
}

function foot(words, kind = 'primary') {
  const close = (event) => event.target.closest('dialog').close();
  return h('div', { class: 'foot' }, h('button', { type: 'button', onclick: close }, t('取消')), h('button', { type: 'submit', class: kind }, words));
}

function submits(form, work) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const last = form.querySelector('[type=submit]');
    last.disabled = true;
    await work().catch((refused) => { last.disabled = false; failed(refused); });
  });
  return form;
}

function change(button) {
  const { slot, label, words, said, clip } = button.dataset;
  const entry = editor(button.dataset);
  const why = h('input', { type: 'text', name: 'why', maxlength: '200', required: true });
  const misheard = h('input', { type: 'checkbox', name: 'misheard' });
  const form = h('form', {},
    h('p', {}, t('现在：'), h('b', {}, words)),
    said ? h('p', {}, t('原话：'), h('q', {}, said)) : null,
    clip ? h('audio', { controls: true, preload: 'none', src: clip, 'aria-label': t('听原话') }) : null,
    entry.element,
    h('label', {}, h('span', {}, t('为什么改')), why), reasons(why),
    h('label', { class: 'tick' }, misheard, h('span', {}, t('居民说的不是这个，是语音助手听错了'))),
    foot(t('改好了')));
  submits(form, async () => {
    const body = { version: version(), slot, value: entry.value(), why: why.value, misheard: misheard.checked };
    await send(`/api/visits/${visit}/corrections`, 'POST', body);
    reloadWith(t('{0}已更正，等签字。', label), slot);
  });
  dialog(t('更正：{0}', label), form);
  entry.focus();
}

function decision(slot) {
  const button = document.querySelector(`.change[data-slot="${slot}"]`);
  return button && editor(button.dataset);
}

async function decided(slot, entry, old) {
  const value = entry?.value() || '-';
  if (!entry || value === '-' || value === old) return;
  const body = { version: version(), slot, value, why: '签字时医生决定', misheard: false };
  report.dataset.version = String((await send(`/api/visits/${visit}/corrections`, 'POST', body)).version);
}

function sign() {
  const button = document.getElementById('sign');
  const [oldClass, oldDay] = button.dataset.old.split('|');
  const [kind, day] = [decision('visit_class'), decision('next_visit_date')];
  kind?.set(oldClass);
  day?.set(oldDay);
  const unheard = document.querySelectorAll('tr.listen').length;
  const form = h('form', {},
    document.querySelector('.alerts .take') ? h('p', { class: 'notice' }, t('红旗还没有人接：签字就是您接下来处理。')) : null,
    document.querySelector('.proposals .decide') ? h('p', { class: 'notice' }, t('还有档案建议没有处理，签字后也可以再看。')) : null,
    unheard ? h('p', { class: 'notice' }, t('还有 {0} 处听得不准，签字前请听一下录音。', unheard)) : null,
    kind ? h('label', {}, h('span', {}, t('分类')), kind.element) : null,
    day ? h('label', {}, h('span', {}, t('下次随访')), day.element) : null,
    h('p', { class: 'soft' }, t('签字后成为正式随访记录，并报送签约系统。没有改动的建议随签字采纳。')),
    foot(t('签字')));
  submits(form, async () => {
    await decided('visit_class', kind, oldClass);
    await decided('next_visit_date', day, oldDay);
    await send(`/api/visits/${visit}/sign`, 'POST', { version: version() });
    reloadWith(t('已签字。'));
  });
  dialog(t('签字'), form);
  form.querySelector('[type=submit]').focus();
}

function recall() {
  const why = h('input', { type: 'text', maxlength: '200', required: true });
  const form = h('form', {}, h('label', {}, h('span', {}, t('为什么要再打一次')), why), foot(t('退回重打'), 'danger'));
  submits(form, async () => {
    await send(`/api/visits/${visit}/recall`, 'POST', { why: why.value });
    reloadWith(t('已退回，排在外呼名单最前面。'));
  });
  dialog(t('退回重打'), form);
}

const rows = [...document.querySelectorAll('.form tbody tr')];
cursor(() => rows);
document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.classList.contains('change')) change(button);
  if (button?.id === 'sign') sign();
  if (button?.id === 'recall') recall();
});
document.addEventListener('keydown', (event) => {
  if (typing(event)) return;
  const row = document.activeElement?.closest?.('.form tr');
  if (event.key === 'e' && row) { row.querySelector('.change')?.click(); event.preventDefault(); }
  if (event.key === 'p' && row) {
    const clip = row.querySelector('audio');
    if (clip) (clip.paused ? clip.play() : clip.pause());
  }
  if (event.key === 's') { document.getElementById('sign')?.click(); event.preventDefault(); }
});
if (location.hash) document.getElementById(location.hash.slice(1))?.focus();
