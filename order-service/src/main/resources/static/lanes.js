// The replicas as lanes and the orders as columns: in each column one lane has a mark that is filled. Columns are shared, so an order
// stands at the same place in all lanes, whoever was first to tell of it.

const DARK_AFTER = 3_000;
const FORGOTTEN_AFTER = 120_000;
const MOST_LANES = 24;
const MOST_COLUMNS = 240;
const PITCH = 15;
const FLASH = 450;

// More columns than the eye can follow are no use: so many at once, and so many a second.
const BURST = 80;
const PER_SECOND = 12;

/** Of the orders of some seconds it is known that they were left out. */
const MOST_LEFT_OUT = 10_000;

/** Against the stock, by whoever has such a mark. For how long a cancelled order waited says nothing about anybody. */
export const SETTLED = ['done', 'rejected', 'recovered'];

function kindOf(decision) {
  return decision.recovered ? 'recovered'
    : ['rejected', 'cancelled', 'returned'].includes(decision.outcome) ? decision.outcome
    : decision.decision === 'skipped' ? 'skipped'
    : decision.decision === 'failed' ? 'failed' : 'done';
}

export class Lanes {
  /** Marks are of one warehouse's orders; what a replica counts, it counts over all. */
  constructor(list, warehouse = 'main') {
    this.list = list;
    this.warehouse = warehouse;
    this.hearsOthers = false;
    this.lanes = new Map();
    this.forgotten = new Map();
    this.columns = [];
    this.byKey = new Map();
    this.leftOut = new Set();
    this.tokens = BURST;
    this.refilledAt = performance.now();
    this.ages = [];
    this.offered = [];
    this.connected = false;
    this.dirty = false;
    this.still = matchMedia('(prefers-reduced-motion: reduce)');
    this.colors = {};
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', () => this.readColors());
    this.readColors();
    this.sizes = new ResizeObserver(() => this.draw());
  }

  readColors() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['done', 'rejected', 'recovered', 'cancelled', 'skipped', 'failed', 'line', 'surface']) {
      this.colors[name] = style.getPropertyValue('--' + name).trim();
    }
    this.colors.returned = this.colors.cancelled;
    this.draw();
  }

  /** @return whether it tells of an order of this warehouse */
  hear(message, openFor) {
    const now = performance.now();
    const lane = this.lane(message.replica);
    if (lane.run !== message.run) {
      if (lane.run) { // what it did up to then is not in the totals of the new process
        lane.before = this.sum(lane);
      }
      lane.run = message.run;
      lane.base = message.upMs < openFor ? {} : message.totals; // of what was before this page, it knows nothing
    }
    lane.totals = message.totals;
    lane.queue = message.queue;
    lane.seenAt = now;
    const all = message.decisions.length;
    const own = message.decisions.filter(decision => (decision.warehouse ?? 'main') === this.warehouse);
    this.hearsOthers ||= own.length < all;
    const shown = own.filter(decision => this.mark(lane, decision, now)).length;
    const seen = all ? message.seen * own.length / all : 0; // it has sampled without regard to warehouses
    this.offered.push({ at: now, replica: message.replica, seen, shown });
    this.label(lane, now);
    this.draw();
    return own.length > 0;
  }

  /** Whether it has a column: an order that is cancelled, or comes to a replica twice, is decided more than once in the same one. */
  mark(lane, decision, now) {
    const key = decision.id;
    const kind = kindOf(decision);
    if (SETTLED.includes(kind)) {
      this.ages.push(decision.ageMs ?? 0);
      if (this.ages.length > 1_000) {
        this.ages.splice(0, 500);
      }
    }
    let column = this.byKey.get(key);
    if (!column) {
      if (this.leftOut.has(key)) {
        return false; // a column that began now would lack what other lanes have said, and most of all who did it
      }
      this.tokens = Math.min(BURST, this.tokens + (now - this.refilledAt) / 1_000 * PER_SECOND);
      this.refilledAt = now;
      if (this.tokens < 1) {
        this.leaveOut(key);
        return false; // those with the lowest hashes come first in each message, so the replicas agree on who is left out
      }
      this.tokens--;
      column = { key, marks: new Map(), at: now };
      this.columns.push(column);
      this.byKey.set(key, column);
      if (this.columns.length > MOST_COLUMNS) {
        this.byKey.delete(this.columns.shift().key);
      }
    }
    const before = column.marks.get(lane.name);
    if (before && before.kind !== 'skipped' && kind === 'skipped') {
      return true; // a late copy of what this replica has settled itself
    }
    column.marks.set(lane.name, { kind, at: now, ageMs: decision.ageMs });
    return true;
  }

  leaveOut(key) {
    this.leftOut.add(key);
    if (this.leftOut.size > MOST_LEFT_OUT) {
      this.leftOut.delete(this.leftOut.values().next().value);
    }
  }

  lane(name) {
    let lane = this.lanes.get(name);
    if (lane) {
      return lane;
    }
    if (this.lanes.size >= MOST_LANES) {
      const oldest = [...this.lanes.values()].sort((a, b) => a.seenAt - b.seenAt)[0];
      this.remove(oldest);
    }
    const row = document.createElement('li');
    row.className = 'lane';
    row.dataset.replica = name;
    row.innerHTML = '<div class="who"><b></b><span class="alive"></span><span class="work"></span></div><canvas aria-hidden="true"></canvas>';
    row.querySelector('b').textContent = name;
    lane = { name, row, canvas: row.querySelector('canvas'), totals: {}, base: {}, before: {}, queue: 0, seenAt: 0, ...this.forgotten.get(name) };
    this.forgotten.delete(name);
    this.lanes.set(name, lane);
    const next = [...this.lanes.values()].filter(other => other.name.localeCompare(name, undefined, { numeric: true }) > 0)
      .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))[0];
    this.list.insertBefore(row, next ? next.row : null);
    this.sizes.observe(lane.canvas);
    return lane;
  }

  /** What it did still counts, and if it comes back, it goes on from there. */
  remove(lane) {
    this.forgotten.set(lane.name, { run: lane.run, totals: lane.totals, base: lane.base, before: lane.before });
    this.sizes.unobserve(lane.canvas);
    lane.row.remove();
    this.lanes.delete(lane.name);
  }

  /** What a lane did since the page was opened. */
  sum(lane) {
    const sum = { ...lane.before };
    for (const [what, count] of Object.entries(lane.totals)) {
      sum[what] = (sum[what] ?? 0) + count - (lane.base[what] ?? 0);
    }
    return sum;
  }

  /** Or there are none. Then it is not known whether there are orders. */
  areSilent() {
    return [...this.lanes.values()].every(lane => lane.row.dataset.state === 'dark');
  }

  recovered() {
    return [...this.lanes.values(), ...this.forgotten.values()].reduce((all, lane) => all + (this.sum(lane).recovered ?? 0), 0);
  }

  label(lane, now) {
    const silent = now - lane.seenAt;
    const state = !this.connected ? 'unknown' : silent > DARK_AFTER ? 'dark' : 'alive';
    const sum = this.sum(lane);
    set(lane.row.querySelector('.alive'),
      state === 'unknown' ? 'not heard' : state === 'dark' ? `silent for ${Math.floor(silent / 1_000)} s` : 'alive');
    set(lane.row.querySelector('.work'), `${number((sum.processed ?? 0) + (sum.returned ?? 0))} done, ${number(sum.skipped ?? 0)} skipped`
      + (lane.queue ? `, ${number(lane.queue)} waiting` : ''));
    if (lane.row.dataset.state !== state) {
      lane.row.dataset.state = state;
    }
  }

  /** Once a second: time passes for who says nothing. */
  tick(connected) {
    const now = performance.now();
    if (connected && !this.connected) { // while nothing could be heard nobody was silent
      this.lanes.forEach(lane => { lane.seenAt = Math.max(lane.seenAt, now - 1_000); });
    }
    this.connected = connected;
    for (const lane of [...this.lanes.values()]) {
      if (connected && now - lane.seenAt > FORGOTTEN_AFTER) {
        this.remove(lane);
      } else {
        this.label(lane, now);
      }
    }
    this.offered = this.offered.filter(offer => now - offer.at < 10_000);
  }

  /** Decisions of the last ten seconds, of the replica that made most: about one for each order, as each hears all. How many have a column? */
  sampling() {
    const now = performance.now();
    const replicas = new Map();
    for (const offer of this.offered.filter(offer => now - offer.at < 10_000)) {
      const { shown, heard } = replicas.get(offer.replica) ?? { shown: 0, heard: 0 };
      replicas.set(offer.replica, { shown: shown + offer.shown, heard: heard + offer.seen });
    }
    return [...replicas.values()].reduce((most, replica) => replica.heard > most.heard ? replica : most, { shown: 0, heard: 0 });
  }

  /** In milliseconds; null if there is none. */
  age(quantile) {
    const sorted = this.ages.slice(-500).sort((a, b) => a - b);
    return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] : null;
  }

  latest(count) {
    return this.columns.slice(-count).reverse();
  }

  draw() {
    if (!this.dirty) {
      this.dirty = true;
      requestAnimationFrame(() => {
        this.dirty = false;
        const now = performance.now();
        this.lanes.forEach(lane => this.drawLane(lane, now));
        const newest = this.columns[this.columns.length - 1];
        if (newest && !this.still.matches && now - newest.at < 2 * FLASH) {
          this.draw();
        }
      });
    }
  }

  drawLane(lane, now) {
    const canvas = lane.canvas;
    const scale = devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const paint = canvas.getContext('2d');
    paint.setTransform(scale, 0, 0, scale, 0, 0);
    paint.clearRect(0, 0, width, height);
    const fit = Math.floor(width / PITCH);
    const shown = this.columns.slice(-fit);
    shown.forEach((column, i) => {
      const x = i * PITCH + PITCH / 2;
      const mark = column.marks.get(lane.name);
      if (mark) {
        const fresh = this.still.matches ? 0 : Math.max(0, 1 - (now - mark.at) / FLASH);
        this.drawMark(paint, mark.kind, x, height / 2, fresh);
      }
    });
  }

  drawMark(paint, kind, x, y, fresh) {
    paint.fillStyle = this.colors[kind];
    paint.strokeStyle = this.colors[kind];
    if (kind === 'skipped') {
      paint.beginPath();
      paint.arc(x, y, 2.25 + fresh, 0, 2 * Math.PI);
      paint.fill();
      return;
    }
    if (fresh > 0) {
      paint.globalAlpha = fresh * 0.25;
      paint.beginPath();
      paint.roundRect(x - 5.5 - 5 * fresh, y - 10 - 5 * fresh, 11 + 10 * fresh, 20 + 10 * fresh, 6);
      paint.fill();
      paint.globalAlpha = 1;
    }
    paint.lineWidth = 2;
    if (kind === 'failed') {
      paint.beginPath();
      paint.moveTo(x - 4, y - 4);
      paint.lineTo(x + 4, y + 4);
      paint.moveTo(x + 4, y - 4);
      paint.lineTo(x - 4, y + 4);
      paint.stroke();
    } else if (kind === 'recovered') {
      paint.beginPath();
      paint.moveTo(x, y - 11);
      paint.lineTo(x + 6, y);
      paint.lineTo(x, y + 11);
      paint.lineTo(x - 6, y);
      paint.fill();
    } else if (kind === 'cancelled' || kind === 'returned') {
      paint.beginPath();
      paint.roundRect(x - 4, y - 9, 8, 18, 2);
      paint.stroke();
    } else {
      paint.beginPath();
      paint.roundRect(x - 5, y - 10, 10, 20, 3);
      paint.fill();
      if (kind === 'rejected') {
        paint.fillStyle = this.colors.surface;
        paint.fillRect(x - 3, y - 1, 6, 2);
      }
    }
  }
}

export function set(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function number(value) {
  return Number(value).toLocaleString('en');
}
