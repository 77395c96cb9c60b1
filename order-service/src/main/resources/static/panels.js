// Everything of the page that is text: counters, verdict, stock, jobs, dead letters, settlements.

import { send } from './key.js';
import { SETTLED, number, set } from './lanes.js';

const HISTORY = 60;
const SVG = 'http://www.w3.org/2000/svg';

const element = id => document.getElementById(id);

/** As many children as there are items, made once and filled anew, so that a page that is open for a week does not grow. */
function rows(parent, items, make, fill) {
  while (parent.children.length > items.length) {
    parent.lastElementChild.remove();
  }
  items.forEach((item, i) => {
    const row = parent.children[i] ?? parent.appendChild(make());
    fill(row, item);
  });
}

function make(tag, ...children) {
  const made = document.createElement(tag);
  for (const [name, className] of children) {
    const child = made.appendChild(document.createElement(name));
    child.className = className ?? '';
  }
  return made;
}

export function duration(ms) {
  if (ms < 1_000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  if (ms < 120_000) {
    return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  }
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** What was settled, and as what, since the page was opened, but for what was while the connection was lost. */
export class Settled {
  constructor() {
    this.since = null;
    this.before = {};
  }

  /** @return whether there are more than last time */
  show(state) {
    const last = JSON.stringify(this.sum());
    if (this.since !== state.since) { // the first one, or one who counts from another time
      this.before = this.sum();
      this.base = state.settled;
    }
    this.since = state.since;
    this.now = state.settled;
    for (const [status, count] of Object.entries(this.sum())) {
      set(element(status.toLowerCase()), number(count));
    }
    return JSON.stringify(this.sum()) !== last;
  }

  sum() {
    const of = status => (this.before[status] ?? 0) + (this.now?.[status] ?? 0) - (this.base?.[status] ?? 0);
    return Object.fromEntries(['CONFIRMED', 'REJECTED', 'CANCELLED'].map(status => [status, of(status)]));
  }
}

/** @param isGone whether there was a report, and Redis does not hold it any more: it has lost its data, or somebody had the audit begin anew */
export function verdict(report, now, isGone) {
  const sentence = element('verdict');
  if (!report) {
    sentence.dataset.state = 'unknown';
    set(sentence, isGone ? 'The last audit does not count any more' : 'Waiting for the first audit');
    set(element('audited'), 'Ledger, stock and orders are compared once a minute.');
    ['repeated', 'lost'].forEach(id => set(element(id), '–'));
    return;
  }
  const found = report.found;
  const lost = found.settledWithoutEntry.count + found.ledgerGaps;
  set(element('repeated'), number(found.settledTwice.count));
  set(element('lost'), number(lost));
  sentence.dataset.state = report.clean ? 'clean' : report.complete ? 'wrong' : 'unknown';
  set(sentence, report.clean
    ? 'Nothing lost, nothing repeated'
    : report.complete ? 'The audit found something wrong' : 'The audit took too long and was not finished');
  const wrong = [
    [found.settledTwice.count, 'settled twice'],
    [lost, 'settled without an entry'],
    [found.entriesWithoutOrder.count, 'entries without an order'],
    [found.drift.skus, 'items whose stock differs from the ledger'],
  ].filter(([count]) => count > 0).map(([count, what]) => `${number(count)} ${what}`).join(', ');
  const ago = now - Date.parse(report.auditedAt);
  set(element('audited'), (wrong ? wrong + '. ' : '')
    + (report.replayed.entries === 0 ? 'The ledger is followed from here on.'
      : `${number(report.replayed.entries)} entries of the ledger agree with ${number(found.drift.compared - found.drift.skus)} items in stock.`)
    + ` Audited ${ago < 2_000 ? 'just now' : duration(ago) + ' ago'} by ${report.by}.`);
}

export class Stock {
  constructor() {
    this.history = new Map();
  }

  show(stock) {
    const units = Object.entries(stock.units);
    for (const sku of [...this.history.keys()]) {
      if (!(sku in stock.units)) {
        this.history.delete(sku);
      }
    }
    rows(element('stock'), units, () => {
      const row = make('tr', ['th'], ['td', 'spark'], ['td', 'number']);
      row.firstElementChild.scope = 'row';
      const chart = row.children[1].appendChild(document.createElementNS(SVG, 'svg'));
      chart.setAttribute('viewBox', `0 0 ${HISTORY - 1} 20`);
      chart.setAttribute('preserveAspectRatio', 'none');
      chart.setAttribute('aria-hidden', 'true');
      chart.appendChild(document.createElementNS(SVG, 'polyline'));
      return row;
    }, (row, [sku, text]) => {
      const past = this.history.get(sku) ?? [];
      this.history.set(sku, past);
      past.push(Number(text));
      if (past.length > HISTORY) {
        past.shift();
      }
      set(row.children[0], sku);
      set(row.children[2], /^-?\d+$/.test(text) ? number(text) : text);
      const highest = Math.max(...past, 1);
      const lowest = Math.min(...past, highest - 1);
      row.querySelector('polyline').setAttribute('points', past
        .map((value, i) => `${HISTORY - past.length + i},${(18 - 16 * (value - lowest) / (highest - lowest)).toFixed(1)}`).join(' '));
    });
    const note = element('stock-note');
    note.hidden = units.length > 0 && units.length >= stock.skus;
    set(note, units.length === 0 ? 'No stock is known yet.' : `${units.length} of ${number(stock.skus)} items.`);
    rows(element('skus'), units, () => make('option'), (option, [sku]) => { option.value = sku; });
  }
}

export function jobs(state) {
  set(element('open'), state.open ? number(state.open) : '');
  element('no-jobs').hidden = state.jobs.length > 0;
  rows(element('jobs'), state.jobs, () => make('li', ['span', 'what'], ['span', 'when']), (row, job) => {
    const wait = job.dueAt - state.at;
    set(row.children[0], job.job + (job.attempts ? ` (attempt ${job.attempts + 1})` : ''));
    set(row.children[1], wait > 0 ? 'in ' + duration(wait) : 'due');
  });
}

export function ledger(state) {
  element('no-settled').hidden = state.last.length > 0;
  rows(element('settled'), state.last.slice(0, 10), () => make('li', ['span', 'what'], ['span', 'how'], ['span', 'when']), (row, entry) => {
    row.dataset.status = entry.status;
    set(row.children[0], entry.id);
    set(row.children[1], entry.status.toLowerCase() + ' by ' + entry.by);
    set(row.children[2], duration(state.at - entry.at) + ' ago');
  });
}

/** The columns of the lanes, in words. */
export function orders(lanes) {
  const latest = lanes.latest(10);
  element('no-orders').hidden = latest.length > 0;
  rows(element('orders'), latest, () => {
    const row = make('tr', ['th'], ['td'], ['td', 'muted'], ['td', 'number']);
    row.firstElementChild.scope = 'row';
    return row;
  }, (row, column) => {
    const marks = [...column.marks.entries()].sort();
    const kinds = { done: '', rejected: ' (rejected)', recovered: ' (for another)', cancelled: ' (cancelled)', returned: ' (returned the stock)' };
    const done = marks.filter(([, mark]) => mark.kind in kinds);
    const settled = done.find(([, mark]) => SETTLED.includes(mark.kind));
    row.dataset.order = column.key;
    set(row.children[0], column.key);
    set(row.children[1], done.map(([replica, mark]) => replica + kinds[mark.kind]).join(', ') || '…');
    set(row.children[2], marks.filter(([, mark]) => mark.kind === 'skipped').map(([replica]) => replica).join(', '));
    set(row.children[3], settled?.[1].ageMs !== undefined ? duration(settled[1].ageMs) : '');
  });
}

/** Dead letters are asked for when their number changes: they are the inventory service's to tell. */
export class Letters {
  constructor(warehouse) {
    this.query = '?warehouse=' + encodeURIComponent(warehouse);
    this.count = null;
    this.replayed = false; // and nothing has come since
    this.busy = false;
  }

  show(count) {
    set(element('letter-count'), count ? number(count) : '');
    if (count !== this.count && !this.busy) {
      this.replayed &&= this.count === null;
      this.load(count);
    }
  }

  async load(count) {
    this.busy = true;
    try {
      const letters = count === 0 ? [] : (await ask('console/dead-letters' + this.query)).deadLetters;
      this.count = count;
      this.list(letters);
      this.say(this.replayed ? 'Replayed.' : letters.length ? '' : 'None.');
    } catch (problem) {
      this.say(problem.message);
    } finally {
      this.busy = false;
    }
  }

  list(letters) {
    rows(element('letters'), letters, () => {
      const row = make('li', ['span', 'what'], ['span', 'how'], ['button', 'quiet']);
      const button = row.lastElementChild;
      button.type = 'button';
      set(button, 'Replay');
      button.addEventListener('click', () => this.replay(row, button));
      return row;
    }, (row, letter) => {
      row.dataset.letter = letter.id;
      set(row.children[0], letter.reason ?? 'no reason');
      set(row.children[1], letter.payload ?? '');
      row.lastElementChild.disabled = false;
      row.lastElementChild.setAttribute('aria-label', 'Replay ' + letter.id);
    });
  }

  async replay(row, button) {
    button.disabled = true;
    try {
      await ask(`console/dead-letters/${row.dataset.letter}/replay${this.query}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
      });
      this.replayed = true;
      await this.load(null);
    } catch (problem) {
      this.say(problem.message);
      button.disabled = false;
    }
  }

  say(text) {
    element('letters-status').hidden = !text;
    set(element('letters-status'), text);
  }
}

/** Longer than the order service waits for anybody, so that it can say for whom. */
const PATIENCE = 75_000;

/** @throws Error with what a problem says, in words for the page */
export async function ask(path, options) {
  const answer = await send(path, { ...options, signal: AbortSignal.timeout(PATIENCE) }).catch(() => {
    throw new Error('The order service cannot be reached.');
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error(body.detail ?? `HTTP ${answer.status}`);
  }
  return body;
}
