// The connection to GET /console/feed. The page has to tell apart that nothing happens from that it hears nothing, so silence counts as
// a lost connection: the service says something each second. Read with fetch, because an EventSource sends no key.

import { onKey, send } from './key.js';

const SILENCE = 4_000;
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * @param {string} url
 * @param {{state: function(object), activity: function(object), connection: function(string, number, string)}} listener
 *     connection hears `connecting`, `live`, `refused` until there is another key, and, with the milliseconds until the next attempt, `lost`,
 *     with the title of a problem if there was no feed but one
 */
export function follow(url, listener) {
  let failures = 0;
  let attempt = new AbortController();
  let watchdog;
  let retry;

  function expectWithin(time) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => attempt.abort(), time);
  }

  function lost(reason) {
    const pause = PAUSES[Math.min(failures++, PAUSES.length - 1)];
    listener.connection('lost', pause, reason);
    retry = setTimeout(connect, pause);
  }

  async function connect() {
    clearTimeout(retry);
    attempt.abort(); // whoever waits for it sees that there is another one
    const mine = new AbortController();
    attempt = mine;
    if (failures === 0) {
      listener.connection('connecting');
    }
    expectWithin(2 * SILENCE);
    let refused = false;
    let reason;
    try {
      const answer = await send(url, { headers: { Accept: 'text/event-stream' }, signal: mine.signal });
      refused = answer.status === 401;
      if (answer.ok) {
        await read(answer.body);
      } else {
        reason = (await answer.json()).title;
      }
    } catch {
      // aborted or cut off, which is an end as well
    }
    if (mine === attempt) {
      clearTimeout(watchdog);
      if (refused) {
        listener.connection('refused');
      } else {
        lost(reason);
      }
    }
  }

  function leave() {
    clearTimeout(watchdog);
    clearTimeout(retry);
    attempt.abort();
    attempt = new AbortController(); // so that nobody tries again
  }

  async function read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (text + part.value).split('\n\n');
      text = events.pop();
      events.forEach(event => {
        try {
          tell(event);
        } catch (bug) {
          reportError(bug); // of the page, and not of the connection
        }
      });
    }
  }

  function tell(event) {
    const field = name => event.split('\n').find(line => line.startsWith(name + ': '))?.slice(name.length + 2);
    const name = field('event');
    if (name !== 'state' && name !== 'activity') {
      return;
    }
    failures = 0;
    expectWithin(SILENCE);
    if (name === 'state') {
      listener.connection('live');
      listener.state(JSON.parse(field('data')));
      return;
    }
    let message;
    try {
      message = JSON.parse(field('data'));
    } catch {
      return; // anybody can publish on the channel
    }
    if (typeof message.replica === 'string' && message.totals && Array.isArray(message.decisions)) {
      listener.activity(message);
    }
  }

  // A page that the browser keeps for its "back" would keep one of its six connections to this host, too.
  addEventListener('pagehide', leave);
  addEventListener('pageshow', event => {
    if (event.persisted) {
      connect();
    }
  });
  onKey(connect);
  connect();
}
