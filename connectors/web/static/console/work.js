// The work list: filters, search, keys; drawn anew by the service while somebody looks at it.

import { cursor, typing } from './shell.js';

const search = document.getElementById('search');
const chips = [...document.querySelectorAll('.chip')];
const FRESH_MS = 20_000;
let kind = sessionStorage.getItem('work.kind') || 'todo';

const rows = () => [...document.querySelectorAll('.row')];

function show() {
  const wanted = search.value.trim().toLowerCase();
  let left = 0;
  for (const row of rows()) {
    const bucket = row.dataset.bucket;
    const fits = kind === 'todo' ? bucket !== 'done' : bucket === kind;
    row.hidden = !(fits && (!wanted || row.textContent.toLowerCase().includes(wanted)));
    if (!row.hidden) left += 1;
  }
  document.getElementById('none').hidden = left > 0 || !rows().length;
  for (const chip of chips) chip.setAttribute('aria-pressed', String(chip.dataset.filter === kind));
}

for (const chip of chips) {
  chip.addEventListener('click', () => {
    kind = chip.dataset.filter;
    sessionStorage.setItem('work.kind', kind);
    show();
  });
}
search.addEventListener('input', show);
search.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') { search.value = ''; show(); search.blur(); }
  if (event.key === 'Enter') rows().find((row) => !row.hidden)?.querySelector('a').focus();
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !typing(event)) { event.preventDefault(); search.focus(); }
});
cursor(() => rows().filter((row) => !row.hidden).map((row) => row.querySelector('a')));

async function renew() {
  if (document.hidden) return;
  const answer = await fetch('/console/work', { headers: { 'X-Background': '1' } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const at = document.activeElement?.getAttribute('href');
  const [old, now] = [document.getElementById('rows'), fresh.getElementById('rows')];
  if (!old || !now) return;
  old.replaceChildren(...now.children);
  for (const chip of chips) {
    const twin = fresh.querySelector(`[data-filter="${chip.dataset.filter}"] .count`);
    if (twin) chip.querySelector('.count').textContent = twin.textContent;
  }
  show();
  if (at) [...old.querySelectorAll("a")].find((link) => link.getAttribute("href") === at)?.focus();
}

show();
setInterval(renew, FRESH_MS);
