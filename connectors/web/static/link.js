// A resident's link: what it opens, and the conversation of it.

export async function ask(service, token, path, method = 'GET') {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${service}${path}`, { method, headers }).catch(() => null);
  if (!answer) throw new Error('failed');
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).code || 'failed');
  return answer.json();
}

export function openLink(service, token) {
  return ask(service, token, '/api/link/visit', 'POST');
}
