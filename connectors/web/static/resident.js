// The page behind a resident's link, /r/TOKEN: the chat, or the call where the link is for one.

import './suifang-chat.js';
import { ask } from './link.js';
import { SERVICE } from './dom.js';
import { words } from './words.js';

const token = location.pathname.split('/').pop();
const lang = new URLSearchParams(location.search).get('lang');
if (lang) document.documentElement.lang = lang;
document.title = words(lang)('title');

function show(name, more = {}) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries({ mode: 'page', token, lang, ...more })) if (value) element.setAttribute(key, value);
  document.querySelector('main').replaceChildren(element);
}

addEventListener('hashchange', () => { if (location.hash === '#chat') show('suifang-chat'); });
const link = await ask(SERVICE, token, '/api/link').catch(() => ({ purpose: 'chat' }));
if (location.hash === '#family' && link.visit_id) {
  await import('./room/room.js');
  show('suifang-video-room', { visit: link.visit_id, family: 'true' });
} else if (link.purpose === 'call' && location.hash !== '#chat') {
  await import('./suifang-call.js');
  show('suifang-call');
} else show('suifang-chat');
