// Logging in: name and password, and the code once the service asks for it.

import { send } from './api.js';

const form = document.getElementById('login');
const problem = document.getElementById('problem');
const second = document.getElementById('second');

form.querySelector('button').disabled = false; // before now a click would send the password as the browser does

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(form));
  const button = form.querySelector('button');
  button.disabled = true;
  problem.hidden = true;
  try {
    const session = await send('/api/session', 'POST', { ...given, code: given.code.trim() });
    const next = new URLSearchParams(location.search).get('next') || '';
    const safe = /^\/console(\/|$)/.test(next) && session.stage === 'full' ? next : '/console';
    location.replace(safe);
  } catch (refused) {
    button.disabled = false;
    if (refused.code === 'code-needed') {
      second.hidden = false;
      second.querySelector('input').focus();
      return;
    }
    problem.textContent = refused.message;
    problem.hidden = false;
  }
});
