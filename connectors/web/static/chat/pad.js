// The answers that can be tapped for the question at hand: choices, numbers, dates. Whatever is tapped is sent as words.

import { h } from '../dom.js';

const ALONE = new Set(['不知道', '不记得', '不想说']);

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

// What is tapped together; the first option and those without a value are whole answers.
function several(replies, t, send) {
  const [none, ...rest] = replies.options;
  const chosen = new Set();
  const whole = (text) => h('button', { type: 'button', class: 'option', onclick: () => send(text) }, text);
  const done = h('button', { type: 'button', class: 'option main done', disabled: true, onclick: () => send([...chosen].join('、')) }, t('ok'));
  const boxes = rest.map((text) => (ALONE.has(text) ? whole(text) : h('button', {
    type: 'button', class: 'option', 'aria-pressed': 'false',
    onclick: (event) => {
      const on = !chosen.delete(text) && Boolean(chosen.add(text));
      event.currentTarget.setAttribute('aria-pressed', String(on));
      done.disabled = !chosen.size;
    },
  }, text)));
  return h('div', {}, h('p', { class: 'hint' }, t('pick')),
    h('div', { class: 'options' }, whole(none), boxes, done));
}

// One box for each number; the keys fill the box that is chosen, and 好了 goes on to the next that is empty.
function number(replies, t, send) {
  return numbers(replies.fields, t, { extra: '.', full: () => false, ready: (values) => send(fill(replies.say, values)) });
}

// A day as three numbers: nobody scrolls through seventy years. It goes on by itself where no further figure fits.
function day(replies, t, send) {
  const wrong = h('p', { class: 'hint', role: 'alert', hidden: true }, t('dateWrong'));
  const full = (at, value) => at < 2 && (value.length === [4, 2][at] || (at === 1 && Number(value) > 1));
  const ready = (values) => {
    const said = [values[0].padStart(4, '0'), ...values.slice(1).map((value) => value.padStart(2, '0'))].join('-');
    const real = new Date(`${said}T00:00Z`);
    wrong.hidden = real <= new Date() && real.toISOString().startsWith(said) && said > '1900';
    if (wrong.hidden) send(fill(replies.say, [said]));
  };
  return h('div', {}, h('p', { class: 'hint' }, t('date')), wrong, numbers([t('year'), t('month'), t('day')], t, { extra: '', full, ready }));
}

function numbers(fields, t, { extra, full, ready }) {
  const boxes = fields.map((label, index) => h('button', { type: 'button', class: 'box', 'data-label': label, onclick: () => choose(index) }));
  let at = 0;
  const values = fields.map(() => '');
  const done = h('button', { type: 'button', class: 'key main', onclick: finish }, t('ok'));
  function finish() {
    if (values.every(Boolean)) ready(values);
    else choose(values.findIndex((value) => !value));
  }
  function choose(index) {
    at = index;
    show();
  }
  function show() {
    boxes.forEach((box, index) => {
      box.textContent = values[index] || ' ';
      box.setAttribute('aria-label', `${fields[index]} ${values[index]}`);
      box.classList.toggle('chosen', index === at);
    });
    done.classList.toggle('ready', values.every(Boolean));
  }
  function press(key) {
    if (key === '⌫') values[at] = values[at].slice(0, -1);
    else if (key !== '.' || (values[at] && !values[at].includes('.'))) values[at] = (values[at] + key).slice(0, 6);
    if (full(at, values[at])) at += 1;
    show();
  }
  show();
  return h('div', { class: 'pad' },
    h('div', { class: 'boxes' }, boxes.map((box, index) => h('label', {}, h('span', {}, fields[index]), box)), done),
    keys(t, press, extra));
}

// A long number. An identity number that cannot be is told before it is sent: eighteen figures are not keyed in twice.
function digits(replies, t, send) {
  let value = '';
  const box = h('output', { class: 'box wide', 'aria-label': replies.fields[0] || '' }, ' ');
  const wrong = h('p', { class: 'hint', role: 'alert', hidden: true }, t('numberWrong'));
  const done = h('button', { type: 'button', class: 'key main', onclick: finish }, t('ok'));
  function finish() {
    wrong.hidden = value.length !== 18 || checked(value);
    if (value && wrong.hidden) send(fill(replies.say, [value]));
  }
  function press(key) {
    if (key === 'X' && value.length !== 17) return; // it is the last sign of an identity number, and stands nowhere else
    value = key === '⌫' ? value.slice(0, -1) : (value + key).slice(0, 18);
    box.textContent = (value.length > 11 ? value.replace(/^(.{6})(.{0,8})(.*)$/, '$1 $2 $3') : value.replace(/^(.{3})(.{0,4})(.*)$/, '$1 $2 $3')).trim() || ' ';
    box.classList.toggle('long', value.length > 11);
    wrong.hidden = true;
    done.classList.toggle('ready', Boolean(value));
  }
  return h('div', { class: 'pad' }, wrong, h('div', { class: 'boxes' }, h('label', {}, h('span', {}, replies.fields[0] || ''), box), done),
    keys(t, press, 'X'));
}

// The check sign of GB 11643.
function checked(number) {
  const sum = [...number.slice(0, 17)].reduce((total, figure, at) => total + Number(figure) * (2 ** (17 - at) % 11), 0);
  return '10X98765432'[sum % 11] === number[17];
}

function keys(t, press, extra) {
  const row = [...'123456789', extra, '0', '⌫'].map((key) => (key ? h('button', {
    type: 'button', class: 'key', 'aria-label': key === '⌫' ? t('erase') : key, onclick: () => press(key),
  }, key) : h('span')));
  return h('div', { class: 'keys' }, row);
}
