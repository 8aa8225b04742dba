// What is selected, and what that comes to. Nothing here draws.

// What was computed last, by key, while the circumstances stay the same.
class Latest {
  constructor() {
    this.circumstances = undefined;
    this.results = new Map();
  }
  get(circumstances, key, compute) {
    if (this.circumstances !== circumstances) this.results.clear();
    this.circumstances = circumstances;
    if (!this.results.has(key)) this.results.set(key, compute());
    return this.results.get(key);
  }
}

// The parts of the state that change what rows come to.
const SELECTION = ['range', 'moment', 'metric', 'unit', 'focus', 'side'];
const hasAny = (changed, keys) => keys.some(key => changed.has(key));

class Model {
  constructor(raw) {
    this.raw = raw;
    this.calls = new Calls(raw);
    this.recordings = raw.recordings.map(recording => new Recording(recording));
    this.views = new Map();
    this.known = {values: new Latest(), kept: new Latest()};
    this.listeners = [];
    this.past = [];
    this.future = [];
    this.state = {
      range: null, moment: 'peak', metric: raw.metric, unit: raw.unit, kind: 'function',
      inverted: raw.inverted, zoom: 0, focus: null, search: '', group: 'line', cumulative: false,
      file: null,
      // Of two, whose calls and source are shown: at first those of the one that held more.
      side: this.isComparison && raw.recordings[0].info.peak[0] > raw.recordings[1].info.peak[0] ? 'before' : 'after',
    };
  }

  get isComparison() { return this.recordings.length === 2; }
  get latest() { return this.recordings[this.recordings.length - 1]; }
  // The number of the recording whose calls and source are shown.
  get shown() { return this.isComparison && this.state.side === 'before' ? 0 : this.recordings.length - 1; }
  // Whose edges ranges snap to.
  get longest() { return this.recordings.reduce((a, b) => b.end >= a.end ? b : a); }
  // What the recordings are called where there are two.
  get names() { return this.raw.names; }
  get end() { return Math.max(1, ...this.recordings.map(recording => recording.end)); }

  // A listener is called with what of the state changed, a set of keys.
  onChange(listener) { this.listeners.push(listener); }
  notify(before = {}) {
    const changed = new Set(Object.keys(this.state).filter(key => this.state[key] !== before[key]));
    for (const listener of this.listeners) listener(changed);
  }

  // `changes` of the state; one that is `minor` (each letter of a search) is no step to go back to.
  set(changes, minor = false) {
    const before = this.state;
    const after = {...before, ...changes};
    if ((after.kind !== before.kind || after.inverted !== before.inverted) && !('zoom' in changes)) after.zoom = 0;
    if (Object.keys(after).every(key => after[key] === before[key])) return;
    if (!minor) {
      this.past.push(before);
      this.future = [];
    }
    this.state = after;
    this.notify(before);
  }
  back() { this.travel(this.past, this.future); }
  forward() { this.travel(this.future, this.past); }
  travel(from, to) {
    if (from.length === 0) return;
    const before = this.state;
    to.push(before);
    this.state = from.pop();
    this.notify(before);
  }

  // A range snaps to where the timeline is exact.
  snap(range) {
    const {edges} = this.longest;
    const nearest = time => {
      const i = this.longest.edgeAt(time);
      return i + 1 < edges.length && edges[i + 1] - time < time - edges[i] ? edges[i + 1] : edges[i];
    };
    const from = nearest(Math.min(...range));
    let to = nearest(Math.max(...range));
    if (to === from) to = edges[Math.min(this.longest.edgeAt(from) + 1, edges.length - 1)];
    return from === to ? [edges[edges.length - 2], to] : [from, to];
  }

  view({kind, inverted} = this.state) {
    const key = `${kind} ${inverted}`;
    if (!this.views.has(key)) this.views.set(key, new CallView(this.calls, this.recordings, kind, inverted));
    return this.views.get(key);
  }

  values(which, metric = this.state.metric, unit = this.state.unit) {
    const {range, moment} = this.state;
    return this.known.values.get(`${range} ${moment}`, `${which} ${metric} ${unit}`,
      () => this.recordings[which].values(metric, unit, range, moment));
  }

  // By row, whether a call of the group that is in focus is on its way; null: all count.
  kept(which) {
    const {focus} = this.state;
    if (focus === null) return null;
    return this.known.kept.get(focus, which, () => {
      const {of} = this.calls.groups(focus.kind);
      const {parent, place} = this.calls;
      const passes = new Uint8Array(parent.length);
      for (let i = 1; i < passes.length; ++i) {
        passes[i] = passes[parent[i]] || of[place[i]] === focus.group ? 1 : 0;
      }
      return Uint8Array.from(this.recordings[which].rowNode, node => passes[node]);
    });
  }

  // What the flame graph draws: sums by node of the view, of each recording.
  flame() {
    const view = this.view();
    const sums = this.recordings.map((_, which) => view.sums(which, this.values(which), this.kept(which)));
    return {view, sums};
  }

  // The rows of the table: for each group of sites, or of all calls if `cumulative`, its amounts.
  table() {
    const {group: kind, cumulative} = this.state;
    const groups = this.calls.groups(kind);
    const used = new Uint8Array(groups.representative.length);
    const columns = TABLE_COLUMNS.map(column => this.recordings.map((recording, which) => {
      const values = this.values(which, column.metric === 'live' ? this.liveMetric() : column.metric, column.unit);
      return this.sumsOfGroups(which, kind, cumulative, values, used);
    }));
    const rows = [];
    groups.representative.forEach((place, group) => {
      if (used[group] === 0) return;
      const row = {group, place, name: this.calls.name(kind, place)};
      TABLE_COLUMNS.forEach(({key}, i) => { row[key] = columns[i].map(sums => sums[group]); });
      rows.push(row);
    });
    return rows;
  }

  // By group, what those of a recording's rows come to that are in focus; notes which are `used`.
  sumsOfGroups(which, kind, cumulative, values, used) {
    const {starts, ids} = this.groupsOfRows(which, kind, cumulative);
    const keep = this.kept(which);
    const sums = new Float64Array(used.length);
    for (let row = 0; row < values.length; ++row) {
      const value = values[row];
      if (value === 0 || (keep !== null && keep[row] === 0)) continue;
      for (let i = starts[row]; i < starts[row + 1]; ++i) {
        sums[ids[i]] += value;
        used[ids[i]] = 1;
      }
    }
    return sums;
  }

  // Where a range is selected, what is live is shown as it grew, or as it stood at its end.
  liveMetric() { return this.state.metric === 'growth' ? 'growth' : 'live'; }

  // The groups that each row counts for, one after the other, and where each row's start.
  groupsOfRows(which, kind, cumulative) {
    const groups = this.calls.groups(kind);
    const key = `${which} ${cumulative}`;
    groups.ofRows ??= new Map();
    if (!groups.ofRows.has(key)) groups.ofRows.set(key, this.findGroupsOfRows(which, groups, cumulative));
    return groups.ofRows.get(key);
  }

  findGroupsOfRows(which, {of, representative}, cumulative) {
    const {parent, place} = this.calls;
    const {rowNode} = this.recordings[which];
    const starts = new Int32Array(rowNode.length + 1);
    const ids = [];
    const seenBy = new Int32Array(representative.length).fill(-1);
    rowNode.forEach((node, row) => {
      for (let i = node; i !== 0; i = cumulative ? parent[i] : 0) {
        const group = of[place[i]];
        if (seenBy[group] === row) continue;
        seenBy[group] = row;
        ids.push(group);
      }
      starts[row + 1] = ids.length;
    });
    return {starts, ids: Int32Array.from(ids)};
  }

  // Of a recording, what is live at each edge in all and of the sites that held most.
  liveByEdge(which, mostSites) {
    const recording = this.recordings[which];
    const {of, representative} = this.calls.groups('line');
    const siteOf = Array.from(recording.rowNode, node => of[this.calls.place[node]]);
    const top = this.greatestSites(recording, siteOf, mostSites);
    const layer = new Map(top.map((site, i) => [site, i]));
    const layers = Array.from({length: top.length + 1}, () => new Float64Array(recording.edges.length));
    const live = new Float64Array(top.length + 1);
    for (let bucket = 0; bucket + 1 < recording.edges.length; ++bucket) {
      for (let i = recording.starts[bucket]; i < recording.starts[bucket + 1]; ++i) {
        const at = layer.get(siteOf[recording.deltaRow[i]]) ?? top.length;
        live[at] += recording.allocated.bytes[i] - recording.freed.bytes[i];
      }
      live.forEach((bytes, at) => { layers[at][bucket + 1] = bytes; });
    }
    return {layers, names: [...top.map(site => this.calls.name('line', representative[site])), 'all others']};
  }

  // The sites that held most at any edge, but for those that would not be seen.
  greatestSites(recording, siteOf, mostSites) {
    const {representative} = this.calls.groups('line');
    const live = new Float64Array(representative.length);
    const most = new Float64Array(representative.length);
    recording.deltaRow.forEach((row, i) => {
      const site = siteOf[row];
      live[site] += recording.allocated.bytes[i] - recording.freed.bytes[i];
      if (live[site] > most[site]) most[site] = live[site];
    });
    const least = Math.max(...recording.maxLive) / 200;
    const isSite = site => most[site] > least && this.calls.name('line', representative[site]) !== TOO_SMALL;
    return [...most.keys()].filter(isSite).sort((a, b) => most[b] - most[a]).slice(0, mostSites);
  }

  // What the state says in words, for headings and for those who cannot see the drawings.
  phrase() {
    const {range, moment, metric, focus} = this.state;
    const stretch = range === null ? null : `from ${timeText(range[0])} to ${timeText(range[1])}`;
    const text = {
      live: range !== null ? `Live at ${timeText(range[1])}` : moment === 'peak' ? 'Live at the peak' : 'Live at the end',
      growth: `Net growth ${stretch ?? 'over the run'}`,
      total: `Allocated ${stretch ?? 'over the run'}`,
      temporary: `Temporary ${stretch ?? 'over the run'}`,
    }[metric];
    return focus === null ? text : `${text}, through ${cut(focus.name, 200)}`;
  }
}

// What heaptally calls sites that it folded.
const TOO_SMALL = '(sites too small to show)';

const TABLE_COLUMNS = [
  {key: 'live', metric: 'live', unit: 'bytes', title: 'Live'},
  {key: 'blocks', metric: 'live', unit: 'count', title: 'Blocks'},
  {key: 'total', metric: 'total', unit: 'bytes', title: 'Allocated'},
  {key: 'allocations', metric: 'total', unit: 'count', title: 'Allocations'},
  {key: 'temporary', metric: 'temporary', unit: 'count', title: 'Temporary'},
];
