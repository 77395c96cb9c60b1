// The key or token that every request of the page carries, if the service wants one. This tab alone keeps it, until it is closed.

const NAME = 'key';

/** What RFC 6750 lets be sent; with anything else, fetch may not even begin. */
const SENDABLE = /^[A-Za-z0-9\-._~+\/]+=*$/;

const element = id => document.getElementById(id);
const form = element('key-form');
const field = element('key');
const another = element('another-key');
const listeners = [];

/** As fetch. If the service wants a key, or another one, the page asks for it. */
export async function send(path, options = {}) {
  const key = sessionStorage.getItem(NAME);
  const answer = await fetch(path, key ? { ...options, headers: { ...options.headers, Authorization: 'Bearer ' + key } } : options);
  if (answer.status === 401 && key === sessionStorage.getItem(NAME)) {
    ask(key ? 'This one is not known here, or not any more.' : '');
  }
  return answer;
}

/** Called whenever the user has given one. */
export function onKey(listener) {
  listeners.push(listener);
}

function ask(why) {
  if (form.hidden) {
    show(true);
    field.focus();
    element('key-status').textContent = why;
  }
}

function show(asking) {
  form.hidden = !asking;
  another.hidden = asking || !sessionStorage.getItem(NAME);
}

another.addEventListener('click', () => ask(''));

form.addEventListener('submit', event => {
  event.preventDefault();
  const key = field.value.trim().replace(/^Bearer\s+/, '');
  if (!SENDABLE.test(key)) {
    element('key-status').textContent = 'That is no key: those have only A to Z, a to z, digits and -._~+/=';
    return;
  }
  sessionStorage.setItem(NAME, key);
  field.value = '';
  show(false);
  listeners.forEach(listener => listener());
});

show(false);
