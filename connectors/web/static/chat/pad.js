// The answers that can be tapped for the question at hand: choices, numbers, dates. Whatever is tapped is sent as words.

import { h } from '../dom.js';

export function answerPad(replies, t, send) {
  const make = { several, number, digits, date: day }[replies.kind];
  const parts = [];
  if (make) parts.push(make(replies, t, send));
  if (replies.kind !== 'several' && replies.options.length) {
    parts.push(h('div', { class: 'options' }, replies.options.map((text) => h('button', { type: 'button', class: 'option', onclick: () => send(text) }, text))));
  }
  return parts;
}

function fill(pattern, values) {
  return pattern.replace(/\{(\d)\}/g, (_, index) => values[index]);
}

function several(replies, t, send) {
  const [none, ...rest] = replies.options;
  const chosen = new Set();
  const done = h('button', { type: 'button', class: 'option main', disabled: true, onclick: () => send([...chosen].join('、')) }, t('ok'));
  const boxes = rest.map((text) => h('button', {
    type: 'button', class: 'option', 'aria-pressed': 'false',
    onclick: (event) => {
      const on = !chosen.delete(text) && Boolean(chosen.add(text));
      event.currentTarget.setAttribute('aria-pressed', String(on));
      done.disabled = !chosen.size;
    },
  }, text));
  return h('div', {}, h('p', { class: 'hint' }, t('pick')),
    h('div', { class: 'options' }, h('button', { type: 'button', class: 'option', onclick: () => send(none) }, none), boxes, done));
}

// One box for each number; the keys fill the box that is chosen and go on to the next by themselves.
function number(replies, t, send) {
  const boxes = replies.fields.map((label, index) => h('button', {
    type: 'button', class: 'box', 'data-label': label, 'aria-label': label, onclick: () => choose(index),
  }));
  let at = 0;
  const values = replies.fields.map(() => '');
  const done = h('button', { type: 'button', class: 'key main', onclick: ready }, t('ok'));
  function ready() {
    if (values.every(Boolean)) send(fill(replies.say, values));
    else choose(values.findIndex((value) => !value));
  }
  function choose(index) {
    at = index;
    show();
  }
  function show() {
    boxes.forEach((box, index) => {
      box.textContent = values[index] || ' ';
      box.setAttribute('aria-label', `${replies.fields[index]} ${values[index]}`);
      box.classList.toggle('chosen', index === at);
    });
    done.classList.toggle('ready', values.every(Boolean));
  }
  function press(key) {
    if (key === '⌫') values[at] = values[at].slice(0, -1);
    else if (key !== '.' || (values[at] && !values[at].includes('.'))) values[at] = (values[at] + key).slice(0, 6);
    show();
  }
  show();
  return h('div', { class: 'pad' },
    h('div', { class: 'boxes' }, boxes.map((box, index) => h('label', {}, h('span', {}, replies.fields[index]), box)), done),
    keys(t, press));
}

function digits(replies, t, send) {
  let value = '';
  const box = h('output', { class: 'box wide', 'aria-label': replies.fields[0] || '' }, ' ');
  const done = h('button', { type: 'button', class: 'key main', onclick: () => value && send(fill(replies.say, [value])) }, t('ok'));
  function press(key) {
    value = key === '⌫' ? value.slice(0, -1) : (value + (key === '.' ? 'X' : key)).slice(0, 18);
    box.textContent = value.replace(/(\d{4})(?=.)/g, '$1 ') || ' ';
    done.classList.toggle('ready', Boolean(value));
  }
  return h('div', { class: 'pad' }, h('div', { class: 'boxes' }, h('label', {}, h('span', {}, replies.fields[0] || ''), box), done),
    keys(t, press, 'X'));
}

function keys(t, press, extra = '.') {
  const row = [...'123456789', extra, '0', '⌫'].map((key) => h('button', {
    type: 'button', class: 'key', 'aria-label': key === '⌫' ? t('erase') : key, onclick: () => press(key === 'X' ? '.' : key),
  }, key));
  return h('div', { class: 'keys' }, row);
}

function day(replies, t, send) {
  const input = h('input', { type: 'date', class: 'box wide', 'aria-label': t('date'), max: new Date().toISOString().slice(0, 10), value: '' });
  return h('div', { class: 'pad' }, h('div', { class: 'boxes' }, h('label', {}, h('span', {}, t('date')), input),
    h('button', { type: 'button', class: 'key main', onclick: () => input.value && send(fill(replies.say, [input.value])) }, t('ok'))));
}
