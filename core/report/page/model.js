// What is selected, and what that comes to. Nothing here draws.

// One way to see the calls: top-down or inverted, a node for each line or each function.
class CallView {
  constructor(calls, recordings, kind, inverted) {
    this.calls = calls;
    this.groups = calls.groups(kind);
    this.kind = kind;
    this.parent = [0];
    this.group = [-1];
    this.ids = new Map();
    const nodeOf = inverted ? this.growUp(recordings) : this.growDown();
    this.rowNode = recordings.map(recording => recording.rowNode.map(node => nodeOf[node]));
    this.depth = new Int32Array(this.parent.length);
    for (let i = 1; i < this.parent.length; ++i) this.depth[i] = this.depth[this.parent[i]] + 1;
    delete this.ids;
  }

  child(node, group) {
    const key = node * this.groups.representative.length + group;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.parent.length;
      this.ids.set(key, id);
      this.parent.push(node);
      this.group.push(group);
    }
    return id;
  }

  growDown() {
    const {parent, place} = this.calls;
    const nodeOf = new Int32Array(parent.length);
    for (let i = 1; i < parent.length; ++i) {
      nodeOf[i] = this.child(nodeOf[parent[i]], this.groups.of[place[i]]);
    }
    return nodeOf;
  }

  growUp(recordings) {
    const {parent, place} = this.calls;
    const nodeOf = new Int32Array(parent.length);
    for (const recording of recordings) {
      for (const row of recording.rowNode) {
        if (nodeOf[row] !== 0) continue;
        let node = 0;
        for (let i = row; i !== 0; i = parent[i]) node = this.child(node, this.groups.of[place[i]]);
        nodeOf[row] = node;
      }
    }
    return nodeOf;
  }

  name(node) {
    return node === 0 ? 'all' : this.calls.name(this.kind, this.groups.representative[this.group[node]]);
  }
  place(node) { return this.groups.representative[this.group[node]]; }

  // What passes each node: of the rows' values, those that `keep` has (null: all).
  sums(which, values, keep) {
    const sums = new Float64Array(this.parent.length);
    const rowNode = this.rowNode[which];
    for (let row = 0; row < rowNode.length; ++row) {
      if (keep === null || keep[row]) sums[rowNode[row]] += values[row];
    }
    for (let i = sums.length - 1; i > 0; --i) sums[this.parent[i]] += sums[i];
    return sums;
  }
}

class Model {
  constructor(raw) {
    this.raw = raw;
    this.calls = new Calls(raw);
    this.recordings = raw.recordings.map(recording => new Recording(recording));
    this.views = new Map();
    this.listeners = [];
    this.past = [];
    this.future = [];
    this.state = {
      range: null, moment: 'peak', metric: raw.metric, unit: raw.unit, kind: 'function',
      inverted: raw.inverted, zoom: 0, focus: null, search: '', group: 'line', cumulative: false,
      file: null,
    };
  }

  get isComparison() { return this.recordings.length === 2; }
  get latest() { return this.recordings[this.recordings.length - 1]; }
  get end() { return Math.max(...this.recordings.map(recording => recording.end)); }

  onChange(listener) { this.listeners.push(listener); }
  notify(changed) { for (const listener of this.listeners) listener(changed); }

  // `changes` of the state; one that is `minor` (each letter of a search) is no step to go back to.
  set(changes, minor = false) {
    const before = this.state;
    const after = {...before, ...changes};
    if ((after.kind !== before.kind || after.inverted !== before.inverted) && !('zoom' in changes)) after.zoom = 0;
    if (!minor) {
      this.past.push(before);
      this.future = [];
    }
    this.state = after;
    this.notify(changes);
  }
  back() { this.travel(this.past, this.future); }
  forward() { this.travel(this.future, this.past); }
  travel(from, to) {
    if (from.length === 0) return;
    to.push(this.state);
    this.state = from.pop();
    this.notify(this.state);
  }

  // A range snaps to where the timeline is exact.
  snap(range) {
    const {edges} = this.latest;
    const nearest = time => {
      const i = this.latest.edgeAt(time);
      return i + 1 < edges.length && edges[i + 1] - time < time - edges[i] ? edges[i + 1] : edges[i];
    };
    const from = nearest(Math.min(...range));
    let to = nearest(Math.max(...range));
    if (to === from) to = edges[Math.min(this.latest.edgeAt(from) + 1, edges.length - 1)];
    return from === to ? [edges[edges.length - 2], to] : [from, to];
  }

  view() {
    const {kind, inverted} = this.state;
    const key = `${kind} ${inverted}`;
    if (!this.views.has(key)) this.views.set(key, new CallView(this.calls, this.recordings, kind, inverted));
    return this.views.get(key);
  }

  values(which, metric = this.state.metric, unit = this.state.unit) {
    return this.recordings[which].values(metric, unit, this.state.range, this.state.moment);
  }

  // By row, whether a call of the group that is in focus is on its way; null: all count.
  kept(which) {
    const {focus} = this.state;
    if (focus === null) return null;
    const {of} = this.calls.groups(focus.kind);
    const {parent, place} = this.calls;
    const passes = new Uint8Array(parent.length);
    for (let i = 1; i < passes.length; ++i) {
      passes[i] = passes[parent[i]] || of[place[i]] === focus.group ? 1 : 0;
    }
    return this.recordings[which].rowNode.map(node => passes[node]);
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
    const rows = groups.representative.map((place, group) => ({group, place, name: this.calls.name(kind, place)}));
    const used = new Uint8Array(rows.length);
    this.recordings.forEach((recording, which) => {
      const keep = this.kept(which);
      const groupsOf = this.groupsOfRows(recording, groups, cumulative);
      for (const column of TABLE_COLUMNS) {
        const values = this.values(which, column.metric === 'live' ? this.liveMetric() : column.metric, column.unit);
        const sums = new Float64Array(rows.length);
        for (let row = 0; row < values.length; ++row) {
          if (values[row] === 0 || (keep !== null && !keep[row])) continue;
          const passed = groupsOf[row];
          for (const group of cumulative ? passed : [passed]) {
            sums[group] += values[row];
            used[group] = 1;
          }
        }
        rows.forEach((row, i) => { (row[column.key] ??= [0, 0])[which] = sums[i]; });
      }
    });
    return rows.filter((row, i) => used[i] !== 0);
  }

  // Where a range is selected, what is live is shown as it grew, or as it stood at its end.
  liveMetric() { return this.state.metric === 'growth' ? 'growth' : 'live'; }

  // By row the groups that it counts for; where it is one, that alone.
  groupsOfRows(recording, groups, cumulative) {
    const {parent, place} = this.calls;
    if (!cumulative) return recording.rowNode.map(node => groups.of[place[node]]);
    if (!groups.ofRows?.has(recording)) {
      groups.ofRows ??= new Map();
      groups.ofRows.set(recording, Array.from(recording.rowNode, node => {
        const seen = new Set();
        for (let i = node; i !== 0; i = parent[i]) seen.add(groups.of[place[i]]);
        return [...seen];
      }));
    }
    return groups.ofRows.get(recording);
  }

  // Of a recording, what is live at each edge in all and of the sites that held most.
  liveByEdge(which, mostSites) {
    const recording = this.recordings[which];
    const {of, representative} = this.calls.groups('line');
    const siteOf = Array.from(recording.rowNode, node => of[this.calls.place[node]]);
    const weight = new Map();
    siteOf.forEach((site, row) => {
      weight.set(site, (weight.get(site) ?? 0) + recording.atPeak.bytes[row]);
    });
    const top = [...weight].filter(([, bytes]) => bytes > 0).sort((a, b) => b[1] - a[1])
      .slice(0, mostSites).map(([site]) => site);
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
    return focus === null ? text : `${text}, through ${focus.name}`;
  }
}

const TABLE_COLUMNS = [
  {key: 'live', metric: 'live', unit: 'bytes', title: 'Live'},
  {key: 'blocks', metric: 'live', unit: 'count', title: 'Blocks'},
  {key: 'total', metric: 'total', unit: 'bytes', title: 'Allocated'},
  {key: 'allocations', metric: 'total', unit: 'count', title: 'Allocations'},
  {key: 'temporary', metric: 'temporary', unit: 'count', title: 'Temporary'},
];
