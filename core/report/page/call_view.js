// Call trees as they are drawn, and what passes through their nodes.

// A tree whose nodes are found by their parent and their group, in typed arrays: a Map of half a
// million nodes takes a second.
class TreeBuilder {
  constructor() {
    this.size = 1;
    this.parent = new Int32Array(1024);
    this.group = new Int32Array(1024);
    this.group[0] = -1;
    this.slots = new Int32Array(4096);
  }

  child(node, group) {
    const mask = this.slots.length - 1;
    let slot = TreeBuilder.hash(node, group) & mask;
    for (let id = this.slots[slot]; id !== 0; id = this.slots[slot]) {
      if (this.parent[id] === node && this.group[id] === group) return id;
      slot = (slot + 1) & mask;
    }
    if (this.size === this.parent.length) {
      this.grow();
      return this.child(node, group);
    }
    const id = this.size++;
    this.slots[slot] = id;
    this.parent[id] = node;
    this.group[id] = group;
    return id;
  }

  static hash(node, group) {
    const mixed = Math.imul(node ^ Math.imul(group + 1, 0x9e3779b1), 0x85ebca6b);
    return mixed ^ (mixed >>> 15);
  }

  grow() {
    const longer = old => {
      const array = new Int32Array(2 * old.length);
      array.set(old);
      return array;
    };
    this.parent = longer(this.parent);
    this.group = longer(this.group);
    this.slots = new Int32Array(4 * this.parent.length);
    const mask = this.slots.length - 1;
    for (let id = 1; id < this.size; ++id) {
      let slot = TreeBuilder.hash(this.parent[id], this.group[id]) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = id;
    }
  }
}

// One way to see the calls: top-down or inverted, a node for each line or each function.
class CallView {
  constructor(calls, recordings, kind, inverted) {
    this.calls = calls;
    this.groups = calls.groups(kind);
    this.kind = kind;
    const tree = new TreeBuilder();
    const nodeOf = inverted ? this.growUp(tree, recordings) : this.growDown(tree);
    this.rowNode = recordings.map(recording => recording.rowNode.map(node => nodeOf[node]));
    this.parent = tree.parent.slice(0, tree.size);
    this.group = tree.group.slice(0, tree.size);
  }

  growDown(tree) {
    const {parent, place} = this.calls;
    const nodeOf = new Int32Array(parent.length);
    for (let i = 1; i < parent.length; ++i) {
      nodeOf[i] = tree.child(nodeOf[parent[i]], this.groups.of[place[i]]);
    }
    return nodeOf;
  }

  growUp(tree, recordings) {
    const {parent, place} = this.calls;
    const nodeOf = new Int32Array(parent.length);
    for (const recording of recordings) {
      for (const row of recording.rowNode) {
        if (nodeOf[row] !== 0) continue;
        let node = 0;
        for (let i = row; i !== 0; i = parent[i]) node = tree.child(node, this.groups.of[place[i]]);
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
