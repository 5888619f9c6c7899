// The page behind a resident's link, /r/TOKEN: the chat, or the call where the link is for one.

import './suifang-chat.js';
import { ask } from './link.js';
import { h, SERVICE } from './dom.js';
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
const family = location.hash === '#family';
if ((family || link.purpose === 'room') && link.visit_id) {
  await import('./room/room.js');
  show('suifang-video-room', { visit: link.visit_id, family: family && 'true', alone: link.purpose === 'room' && 'true' });
  const over = (key) => document.querySelector('main').replaceChildren(h('p', { class: 'over', role: 'status' }, words(lang)(key)));
  for (const kind of ['suifang-left', 'suifang-ended']) addEventListener(kind, () => over('videoEnded'));
  addEventListener('suifang-link-over', () => over('videoLinkOver'));
} else if (link.purpose === 'call' && location.hash !== '#chat') {
  await import('./suifang-call.js');
  show('suifang-call');
} else show('suifang-chat');
