// An input that fits a field of the form; its value is what the service reads. An empty one takes the value out.

import { h } from '../dom.js';
import { t } from './words.js';

const EMPTY = '-';

function simple(type, value, more = {}) {
  const input = h('input', { type, 'aria-label': t('新的值'), ...more });
  input.value = value ?? '';
  return { element: input, value: () => input.value.trim() || EMPTY, set: (v) => { input.value = v; }, focus: () => input.select() };
}

function choice(options, value, shown = ([code, label]) => `${code} ${label}`) {
  const select = h('select', { 'aria-label': t('新的值') }, h('option', { value: EMPTY }, t('（空）')),
    ...options.map((one) => h('option', { value: one[0] }, shown(one))));
  select.value = value ?? EMPTY;
  return { element: select, value: () => select.value, set: (v) => { select.value = v || EMPTY; }, focus: () => select.focus() };
}

function several(options, value) {
  const boxes = options.map(([code]) => h('input', { type: 'checkbox', value: code, checked: (value || []).includes(code) }));
  const ticks = options.map(([, label], at) => h('label', { class: 'tick' }, boxes[at], h('span', {}, label)));
  const element = h('fieldset', {}, h('legend', {}, t('新的值（可多选）')), ...ticks);
  return {
    element, value: () => boxes.filter((box) => box.checked).map((box) => box.value).join(',') || EMPTY,
    set: () => {}, focus: () => boxes[0].focus(),
  };
}

function drug(options, taken = {}) {
  const known = options.some(([id]) => id === taken.id) || !taken.id ? options : [...options, [taken.id, taken.id.replace('unknown:', '')]];
  const name = h('select', { 'aria-label': t('药名') }, h('option', { value: '' }, t('选药')), ...known.map(([id, label]) => h('option', { value: id }, label)));
  name.value = taken.id || '';
  const number = (label, value) => {
    const input = h('input', { type: 'number', min: '0', step: 'any', placeholder: label, 'aria-label': label });
    input.value = value ?? '';
    return input;
  };
  const times = number(t('一天几次'), taken.times_per_day);
  const dose = number(t('每次多少'), taken.dose_each);
  const unit = h('input', { type: 'text', placeholder: t('单位'), 'aria-label': t('单位'), maxlength: '6' });
  unit.value = taken.dose_unit || '';
  const row = h('div', { class: 'drug' }, name, times, dose, unit,
    h('button', { type: 'button', 'aria-label': t('去掉这种药'), onclick: () => row.remove() }, '×'));
  row.said = () => name.value && `${name.value}:${times.value}:${dose.value}:${unit.value.replace(/[:,]/g, '')}`;
  return row;
}

function drugs(options, value) {
  const rows = h('div', {}, ...(value || []).map((item) => drug(options, typeof item === 'string' ? { id: item } : item)));
  const more = h('button', { type: 'button', onclick: () => rows.append(drug(options)) }, t('加一种药'));
  const element = h('fieldset', {}, h('legend', {}, t('现在吃的药')), rows, more);
  const said = () => [...rows.children].map((row) => row.said()).filter(Boolean).join(',');
  return { element, value: () => said() || EMPTY, set: () => {}, focus: () => more.focus() };
}

export function editor({ type, value, codes, medicines, unit }) {
  const now = JSON.parse(value);
  const options = JSON.parse(codes || '[]');
  if (type === 'medications') return drugs(JSON.parse(medicines || '[]'), now);
  if (type === 'multi') return several(options, now);
  if (options.length && type !== 'int') return choice(options, now);
  if (type === 'bool') return choice([['是', t('是')], ['否', t('否')]], now === null ? EMPTY : now ? '是' : '否', ([, label]) => label);
  if (type === 'date') return simple('date', now);
  if (type === 'datetime') return simple('datetime-local', now);
  if (type === 'text') return simple('text', now, { maxlength: '200' });
  return simple('number', now, { step: type === 'int' ? '1' : 'any', placeholder: unit || '', inputmode: 'decimal' });
}
