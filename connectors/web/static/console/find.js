// A search field that hides what does not fit; / goes to it.

import { typing } from './shell.js';

export function filter(rows) {
  const search = document.getElementById('search');
  search.addEventListener('input', () => {
    const wanted = search.value.trim().toLowerCase();
    for (const row of rows()) {
      row.hidden = wanted !== '' && !row.textContent.toLowerCase().includes(wanted);
      const part = row.closest('details');
      if (part && wanted && !row.hidden) part.open = true;
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !typing(event)) { event.preventDefault(); search.focus(); }
  });
}
