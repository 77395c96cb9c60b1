import { follow } from './feed.js';
import { send } from './key.js';
import { Lanes, number, set } from './lanes.js';
import { Letters, Settled, Stock, ask, duration, jobs, ledger, orders, verdict } from './panels.js';

const IDLE_AFTER = 3_000;

/** A browser has six connections to a host, and the feed holds one. */
const AT_ONCE = 5;

const TRIES = 6;

/** An order whose job is due later is no open one, but one for later. */
const SOON = 60_000;

const element = id => document.getElementById(id);
const openedAt = performance.now();
const warehouse = new URLSearchParams(location.search).get('warehouse') || 'main';
const query = '?warehouse=' + encodeURIComponent(warehouse);

const lanes = new Lanes(element('lanes'), warehouse);
const stock = new Stock();
const letters = new Letters(warehouse);
const settled = new Settled();
let connection = 'connecting';
let retryAt = 0;
let reason;
let state = null;
let audit = null;
let auditGone = false;
let activeAt = -Infinity;
let auditDue = false;
let auditing = false;

element('warehouse').value = warehouse;

follow('console/feed' + query, {
  connection(now, pause, why) {
    connection = now;
    reason = why;
    retryAt = performance.now() + (pause ?? 0);
    showConnection();
  },
  state(told) {
    state = told;
    showConnection();
    if (told.unavailable) {
      return;
    }
    // What Redis holds is what counts, unless the audit that was made for this page alone came to no end: that is not in Redis.
    if (!audit || audit.complete || told.audit && Date.parse(told.audit.auditedAt) >= Date.parse(audit.auditedAt)) {
      auditGone = !told.audit && (auditGone || audit !== null);
      audit = told.audit ?? null;
    }
    if (settled.show(told)) { // of an order that is in no sample, too
      activeAt = performance.now();
    }
    stock.show(told.stock);
    jobs(told);
    ledger(told);
    letters.show(told.deadLetters);
    verdict(audit, told.at, auditGone);
    if (auditDue && !auditing && !told.jobs.some(job => /^(order|cancel) /.test(job.job) && job.dueAt - told.at < SOON)) {
      // What was placed and cancelled here is done: say at once how that went.
      auditDue = false;
      runAudit();
    }
  },
  activity(message) {
    if (lanes.hear(message, performance.now() - openedAt)) {
      activeAt = performance.now();
    }
    showOrdersSoon();
  },
});

function showConnection() {
  const pill = element('connection');
  const quiet = performance.now() - activeAt > IDLE_AFTER;
  const wait = Math.max(0, Math.ceil((retryAt - performance.now()) / 1_000));
  const [kind, text] = connection === 'connecting' ? ['connecting', 'Connecting']
    : connection === 'refused' ? ['lost', 'The service asks for a key']
    : connection === 'lost' ? ['lost', `${reason ?? 'Connection lost'}, trying again ${wait > 0 ? `in ${wait} s` : 'now'}`]
    : state?.unavailable ? ['lost', 'Redis cannot be read']
    : lanes.areSilent() ? ['idle', 'Connected, no replica is heard']
    : quiet ? ['idle', 'Connected, no orders just now'] : ['live', 'Live'];
  pill.dataset.state = kind;
  set(pill, text);
  document.body.classList.toggle('stale', kind === 'lost');
  element('no-lanes').hidden = lanes.lanes.size > 0;
}

// A thousand orders a second are not read one by one.
let ordersShownAt = 0;
let ordersPlanned = false;
function showOrdersSoon() {
  if (!ordersPlanned) {
    ordersPlanned = true;
    setTimeout(() => {
      ordersPlanned = false;
      ordersShownAt = performance.now();
      orders(lanes);
      showCounts();
    }, Math.max(0, ordersShownAt + 250 - performance.now()));
  }
}

function showCounts() {
  set(element('recovered'), number(lanes.recovered()));
  const median = lanes.age(0.5);
  if (median !== null) {
    set(element('median'), duration(median));
    set(element('tail'), 'p99 ' + duration(lanes.age(0.99)));
  }
  const { shown, heard } = lanes.sampling();
  set(element('sampling'), [
    heard > shown ? `Sampled: ${number(shown)} of about ${number(Math.round(heard))} orders of the last 10 s are shown. The counts are exact.` : '',
    lanes.hearsOthers ? `Marks are of ${warehouse}'s orders; replicas, and Recovered, count those of all warehouses.` : '',
  ].filter(Boolean).join(' '));
}

setInterval(() => {
  lanes.tick(connection === 'live' && !state?.unavailable);
  showConnection();
  showCounts();
}, 1_000);

element('audit').addEventListener('click', runAudit);

async function runAudit() {
  if (auditing) {
    return;
  }
  auditing = true;
  element('audit').disabled = true;
  try {
    const report = await ask('console/audit' + query);
    verdict(report, Date.parse(report.auditedAt));
    audit = report;
  } catch (problem) {
    set(element('audited'), 'No audit: ' + problem.message);
  } finally {
    auditing = false;
    element('audit').disabled = false;
  }
}

// Placing orders, as any other client does it.

let placed = 0;
let last = null;
let stopped = false;

element('order').addEventListener('submit', event => {
  event.preventDefault();
  place(Number(event.submitter?.value ?? 1));
});
element('stop').addEventListener('click', () => { stopped = true; });
element('cancel').addEventListener('click', cancel);

async function place(count) {
  const buttons = element('order').querySelectorAll('.buttons button');
  const item = { id: element('sku').value, quantity: Number(element('quantity').value) };
  const prefix = Date.now().toString(36) + Math.floor(Math.random() * 1_296).toString(36).padStart(2, '0');
  let next = 0;
  let done = 0;
  let problem = null;
  stopped = false;
  buttons.forEach(button => { button.disabled = true; });
  element('placing').hidden = count === 1;
  element('progress').max = count;
  element('progress').value = 0;
  set(element('place-status'), '');

  async function worker() {
    while (next < count && !stopped && !problem) {
      const order = { orderId: `${prefix}-${++next}`, items: [item] };
      try {
        await post(warehouse === 'main' ? order : { ...order, warehouse });
        placed++;
        done++;
        last = order.orderId;
        element('progress').value = done;
        set(element('placed'), number(placed));
      } catch (refusal) {
        problem = refusal;
      }
    }
  }

  const started = performance.now();
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, worker));
  buttons.forEach(button => { button.disabled = false; });
  element('placing').hidden = true;
  set(element('place-status'), problem
    ? `${number(done)} placed, then: ${problem.message}`
    : `${done === 1 ? last : number(done) + ' orders'} placed in ${duration(performance.now() - started)}.`);
  element('cancel').hidden = last === null;
  auditDue = done > 0;
}

/** The last one that was placed here: of a list that moves, a click would take the wrong one. */
async function cancel() {
  const button = element('cancel');
  button.disabled = true;
  try {
    const order = await ask(`orders/${last}${query}`, { method: 'DELETE' });
    set(element('place-status'), order.status === 'CANCELLED' ? `${last} is cancelled.` : `${last} is cancelled, its stock returns.`);
    button.hidden = true;
    auditDue = true;
  } catch (problem) {
    set(element('place-status'), problem.message);
  } finally {
    button.disabled = false;
  }
}

/** With an id of its own, so that it can be sent again when the service or Redis is away. */
async function post(order) {
  for (let attempt = 1; ; attempt++) {
    const answer = await send('orders', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(order),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => null);
    if (answer?.ok) {
      return;
    }
    if (answer && answer.status !== 503 || attempt === TRIES) {
      const body = answer ? await answer.json().catch(() => ({})) : {};
      throw new Error(body.detail ?? 'The order service cannot be reached.');
    }
    await new Promise(resolve => setTimeout(resolve, 250 * 2 ** attempt));
  }
}
