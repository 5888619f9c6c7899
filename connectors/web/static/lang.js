// The language of a doctor's page that is a file: asked for by its address, kept by the console, or the browser's own.

const kept = document.cookie.match(/(?:^|; )suifang_lang=([^;]*)/);
const lang = new URLSearchParams(location.search).get('lang') || kept?.[1] || navigator.language;
document.documentElement.lang = lang.toLowerCase().startsWith('en') ? 'en' : 'zh-CN';
