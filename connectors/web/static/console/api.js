// Requests of staff pages: the token against forgery goes along, a refusal becomes words that help.

import { t } from './words.js';
const REFUSALS = {
  'record-changed': t('别人刚改过这份记录。页面会重新打开，请看过再改。'),
  'signed-already': t('这份记录已经签过字了。'),
  'talk-taken': t('别人已经接过去，正在和这位居民说。'),
  'talk-loose': t('现在不是您在说，请先点“我来写”或“我来说”。'),
  'no-call': t('居民现在不在通话中。'),
  'visit-ended': t('这次对话已经结束了。'),
  'visit-in-call': t('正在通话，不能写字。'),
  'alert-taken': t('这条警报已经有人接了。'),
  'proposal-decided': t('这条建议已经有人处理了。'),
  'value-unreadable': t('这个值填得不对，请照提示再填一次。'),
  'value-same': t('和现在的值一样，不用改。'),
  'class-open': t('还没有定分类，请先选分类。'),
  'csrf': t('登录已过期，请重新登录。'),
  'login-needed': t('登录已过期，请重新登录。'),
  'role-wrong': t('您的账号不能这样做。'),
  'login-failed': t('登录名、密码或验证码不对。连续五次不对会锁半小时。'),
  'login-locked': t('错的次数太多，请半小时后再试，或者找管理员。'),
  'code-wrong': t('验证码不对。请看看手机时间准不准，等下一个数再填。'),
  'password-weak': t('这个密码太容易猜到，请换一个长一点的。'),
  'password-same': t('和原来的一样，请换一个。'),
  'name-taken': t('这个登录名已经有人用了。'),
};

export function csrf() {
  return document.querySelector('meta[name=csrf]')?.content || document.querySelector('[data-csrf]')?.dataset.csrf || '';
}

export class Refused extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export async function send(path, method = 'GET', body = undefined, background = false) {
  const headers = { 'X-CSRF-Token': csrf() };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (background) headers['X-Background'] = '1';
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
    .catch(() => { throw new Refused('offline', t('连不上服务，请看看网络。'), 0); });
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.code, REFUSALS[told.code] || told.message || t('没有成功，请再试。'), answer.status);
  return told;
}

export function toast(words) {
  const place = document.getElementById('toast');
  if (place) place.textContent = words;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { if (place) place.textContent = ''; }, 6000);
}

// What is said on the page that follows this one.
export function reloadWith(words, place = '') {
  sessionStorage.setItem('said', words);
  if (place) location.hash = place;
  location.reload();
}
