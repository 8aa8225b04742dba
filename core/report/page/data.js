// What the page holds: gzip'd JSON in base64, so no name in it can be taken for markup.

async function readData() {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('This browser cannot unpack the report. Browsers of 2023 and later can.');
  }
  const packed = Uint8Array.from(atob(document.getElementById('data').textContent.trim()),
    c => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}

function amounts(columns) {
  return {bytes: Float64Array.from(columns[0]), count: Float64Array.from(columns[1])};
}

// A recording's rows: the nodes of the call tree at which memory was allocated.
class Recording {
  constructor(raw) {
    this.info = raw.info;
    this.edges = Float64Array.from(raw.edges);
    this.maxLive = Float64Array.from(raw.max_live);
    this.samples = raw.samples;
    this.marks = raw.marks;
    this.rowNode = Int32Array.from(raw.row_nodes);
    this.atPeak = amounts(raw.peak);
    this.atEnd = amounts(raw.end);
    this.total = amounts(raw.total);
    this.temporary = amounts(raw.temporary);
    this.starts = new Int32Array(raw.bucket_sizes.length + 1);
    raw.bucket_sizes.forEach((size, i) => { this.starts[i + 1] = this.starts[i] + size; });
    this.deltaRow = Int32Array.from(raw.delta_rows);
    this.allocated = amounts(raw.allocated);
    this.freed = amounts(raw.freed);
    this.churned = amounts(raw.churned);
  }

  get end() { return this.edges[this.edges.length - 1]; }

  // The last edge at or before a time.
  edgeAt(time) {
    let low = 0, high = this.edges.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.edges[middle] <= time) low = middle; else high = middle;
    }
    return low;
  }

  // Adds `sign` times a column of the buckets from one edge to another, by row.
  addBuckets(sums, column, from, to, sign = 1) {
    for (let i = this.starts[from]; i < this.starts[to]; ++i) sums[this.deltaRow[i]] += sign * column[i];
  }

  // By row, what `metric` comes to. Without a range: live as at `moment`, else of the whole run.
  values(metric, unit, range, moment) {
    if (range === null) {
      if (metric === 'live') return moment === 'peak' ? this.atPeak[unit] : this.atEnd[unit];
      if (metric === 'growth') return this.atEnd[unit];
      return metric === 'total' ? this.total[unit] : this.temporary[unit];
    }
    const sums = new Float64Array(this.rowNode.length);
    const from = metric === 'live' ? 0 : this.edgeAt(range[0]);
    const to = this.edgeAt(range[1]);
    if (metric === 'temporary') {
      this.addBuckets(sums, this.churned[unit], from, to);
    } else {
      this.addBuckets(sums, this.allocated[unit], from, to);
      if (metric !== 'total') this.addBuckets(sums, this.freed[unit], from, to, -1);
    }
    return sums;
  }
}

// Who called whom, for all recordings of the page, and the places that the calls are.
class Calls {
  constructor(raw) {
    this.strings = raw.strings;
    this.parent = Int32Array.from(raw.nodes.parent);
    this.place = Int32Array.from(raw.nodes.place);
    this.places = raw.places;
    this.kinds = new Map();
    this.found = {text: '', places: null};
  }

  text(column, place) { return this.strings[this.places[column][place]]; }
  line(place) { return this.places.line[place]; }
  hasSource(place) { return this.places.line[place] > 0; }

  // The five modules with the most calls, as numbers of their names.
  rankedModules() {
    const calls = new Map();
    this.place.forEach((place, node) => {
      if (node > 0) calls.set(this.places.module[place], (calls.get(this.places.module[place]) ?? 0) + 1);
    });
    this.moduleCount = calls.size;
    return [...calls].sort((a, b) => b[1] - a[1]).slice(0, 5).map(([module]) => module);
  }

  // The name by which places are told apart, and shown.
  name(kind, place) {
    if (kind === 'line') return this.text('label', place);
    if (kind === 'module') return this.text('module', place) || '??';
    if (kind === 'file') return this.text('file', place) || this.text('module', place) || '??';
    return this.text('function', place) || this.text('label', place);
  }

  // For each place the number of its group, and what is known of the groups.
  groups(kind) {
    if (this.kinds.has(kind)) return this.kinds.get(kind);
    const numbers = new Map();
    const representative = [];
    const of = new Int32Array(this.places.line.length);
    for (let place = 0; place < of.length; ++place) {
      const scope = kind === 'function' ? this.text('module', place) + '\0' : '';
      const key = scope + this.name(kind, place);
      let number = numbers.get(key);
      if (number === undefined) {
        number = representative.length;
        numbers.set(key, number);
        representative.push(place);
      }
      of[place] = number;
    }
    const result = {of, representative};
    this.kinds.set(kind, result);
    return result;
  }

  // By place, whether its function, its line or its file has a text in its name.
  matchingPlaces(text) {
    this.searched ??= Array.from(this.places.line, (_, place) =>
      `${this.text('label', place)}\n${this.text('function', place)}`.toLowerCase());
    if (this.found.text !== text) {
      this.found = {text, places: Uint8Array.from(this.searched, name => name.includes(text) ? 1 : 0)};
    }
    return this.found.places;
  }

  // By group, whether its own name or a place in it matches.
  matchingGroups(kind, text) {
    const {of, representative} = this.groups(kind);
    const matches = Uint8Array.from(representative, place =>
      this.name(kind, place).toLowerCase().includes(text) ? 1 : 0);
    this.matchingPlaces(text).forEach((isMatch, place) => { matches[of[place]] |= isMatch; });
    return matches;
  }
}
