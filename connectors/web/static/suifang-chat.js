// The one script tag: <script type="module" src="https://SERVICE/static/suifang-chat.js?token=LINK"></script>
// It defines <suifang-chat>; a page without one gets a button in the corner. docs/chat-protocol.md says more.

import { SuifangChat } from './chat/element.js';

if (!customElements.get('suifang-chat')) customElements.define('suifang-chat', SuifangChat);

const query = new URL(import.meta.url).searchParams;
if (query.has('token') && !document.querySelector('suifang-chat')) {
  const chat = document.createElement('suifang-chat');
  chat.setAttribute('mode', 'bubble');
  for (const name of ['token', 'lang']) if (query.has(name)) chat.setAttribute(name, query.get(name));
  document.body.append(chat);
}
