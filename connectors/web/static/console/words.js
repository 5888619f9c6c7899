// What scripts of staff pages say: Chinese as it stands in them, English from the catalogue beside it where the page is English.

const table = document.documentElement.lang === 'en' ? await fetch(new URL('en.json', import.meta.url)).then((answer) => answer.json()).catch(() => ({})) : {};

export function t(words, ...values) {
  return (table[words] || words).replace(/\{(\d)\}/g, (_, index) => values[index]);
}
