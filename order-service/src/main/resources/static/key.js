// The key or token that every request of the page carries, if the service wants one. This tab alone keeps it, until it is closed.

const NAME = 'key';

const form = document.getElementById('key-form');
const field = document.getElementById('key');
const listeners = [];

/** As fetch. If the service wants a key, or another one, the page asks for it. */
export async function send(path, options = {}) {
  const key = sessionStorage.getItem(NAME);
  const answer = await fetch(path, key ? { ...options, headers: { ...options.headers, Authorization: 'Bearer ' + key } } : options);
  if (answer.status === 401 && form.hidden) {
    form.hidden = false;
    field.focus();
  }
  return answer;
}

/** Called whenever the user has given one. */
export function onKey(listener) {
  listeners.push(listener);
}

form.addEventListener('submit', event => {
  event.preventDefault();
  sessionStorage.setItem(NAME, field.value.trim());
  field.value = '';
  form.hidden = true;
  listeners.forEach(listener => listener());
});
