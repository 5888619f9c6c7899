// One's own password and second factor.

import { send } from './api.js';

async function leave() {
  await send('/api/session', 'DELETE').catch(() => null);
  location.replace('/console/login');
}

function submits(id, path, body) {
  const form = document.getElementById(id);
  form?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const problem = form.querySelector('.trouble');
    problem.hidden = true;
    try {
      await send(path, 'PUT', body(Object.fromEntries(new FormData(form))));
      location.replace('/console');
    } catch (refused) {
      problem.textContent = refused.message;
      problem.hidden = false;
    }
  });
}

submits('password', '/api/session/password', (given) => given);
submits('enrol', '/api/session/totp', (given) => ({ code: given.code.replace(/\s/g, '') }));
document.getElementById('leave').addEventListener('click', leave);
