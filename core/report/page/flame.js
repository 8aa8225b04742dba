// The flame graph: calls from the outermost at the top, as wide as what they come to.

const FLAME_ROW = 20;
const NARROWEST = 0.7;  // of a box, in pixels
const TALLEST = 16000;  // of a canvas, in pixels of the screen: what all browsers can draw
const ROWS_ON_PAPER = 42;
const CALLERS = 12;  // shown above the box that is zoomed to

class Flame {
  constructor(model, canvas, details) {
    this.model = model;
    this.canvas = canvas;
    this.details = details;
    this.boxes = [];
    this.current = 0;  // the node that the keyboard is at
    this.colourOfModule = model.calls.rankedModules();
    this.legend();
    canvas.addEventListener('pointermove', event => this.hover(event));
    canvas.addEventListener('pointerleave', () => { tip.hide(); });
    canvas.addEventListener('click', event => this.click(event));
    canvas.addEventListener('keydown', event => this.key(event));
    model.onChange(changed => this.update(changed));
  }

  update(changed) {
    const isOther = hasAny(changed, ['kind', 'inverted']);
    const isRecomputed = isOther || hasAny(changed, SELECTION);
    if (!isRecomputed && !hasAny(changed, ['search', 'zoom'])) return;
    if (isOther) this.current = 0;
    if (isRecomputed) this.compute();
    if (isRecomputed || changed.has('search')) this.computeMatches();
    const {zoom} = this.model.state;
    this.zoom = zoom < this.view.parent.length && this.extent(zoom) > 0 ? zoom : 0;
    this.draw();
  }

  // What each node comes to, and where it lies: boxes as shares of the width.
  compute() {
    const {view, sums} = this.model.flame();
    this.view = view;
    this.sums = sums;
    this.width_ = sums[this.model.shown];  // what makes a box wide
    this.children = this.sortedChildren();
    this.whole = this.childSum(0);
  }

  // Where it grew and shrank at once, what shrank takes no room.
  extent(node) { return node === 0 ? this.whole : Math.max(0, this.width_[node]); }
  childSum(node) {
    let sum = 0;
    for (const child of this.children(node)) sum += Math.max(0, this.width_[child]);
    return Math.max(sum, this.width_[node]);
  }

  sortedChildren() {
    const {parent} = this.view;
    const starts = new Int32Array(parent.length + 1);
    for (let i = 1; i < parent.length; ++i) if (this.width_[i] > 0) ++starts[parent[i] + 1];
    for (let i = 0; i < parent.length; ++i) starts[i + 1] += starts[i];
    const ids = new Int32Array(starts[parent.length]);
    const next = starts.slice();
    for (let i = 1; i < parent.length; ++i) if (this.width_[i] > 0) ids[next[parent[i]]++] = i;
    const sorted = new Map();
    return node => {
      if (!sorted.has(node)) {
        const children = [...ids.subarray(starts[node], starts[node + 1])];
        sorted.set(node, children.sort((a, b) => this.width_[b] - this.width_[a] || a - b));
      }
      return sorted.get(node);
    };
  }

  computeMatches() {
    const text = this.model.state.search.toLowerCase();
    const {view} = this;
    this.matches = null;
    if (text === '') return;
    const inGroup = this.model.calls.matchingGroups(view.kind, text);
    this.matches = Uint8Array.from(view.group, group => group >= 0 ? inGroup[group] : 0);
    // Each trace counts once, where it first meets a match.
    let matched = 0;
    const covered = new Uint8Array(view.parent.length);
    for (let i = 1; i < covered.length; ++i) {
      const above = covered[view.parent[i]];
      covered[i] = above || this.matches[i] ? 1 : 0;
      if (covered[i] && !above) matched += Math.max(0, this.width_[i]);
    }
    this.matched = matched;
  }

  // In at most so many rows.
  layOut(width, most) {
    const boxes = [];
    this.isCut = false;
    const path = [];
    for (let node = this.zoom; node !== 0 && path.length < CALLERS; node = this.view.parent[node]) path.unshift(node);
    boxes.push({node: 0, x: 0, y: 0, width});
    path.forEach((node, i) => boxes.push({node, x: 0, y: i + 1, width, isAbove: node !== this.zoom}));
    const stack = [{node: this.zoom, x: 0, y: path.length, width}];
    while (stack.length > 0) {
      const {node, x, y, width} = stack.pop();
      if (y + 1 >= most) {
        this.isCut ||= this.children(node).length > 0;
        continue;
      }
      const whole = Math.max(this.extent(node), this.childSum(node));
      let left = x;
      for (const child of this.children(node)) {
        const wide = width * this.extent(child) / whole;
        if (wide < NARROWEST) break;  // those that follow are narrower
        boxes.push({node: child, x: left, y: y + 1, width: wide});
        stack.push({node: child, x: left, y: y + 1, width: wide});
        left += wide;
      }
    }
    return boxes;
  }

  draw() {
    const width = widthOfDrawing(this.canvas);
    const ratio = window.devicePixelRatio || 1;
    this.boxes = this.layOut(width, PAPER.isUsed ? ROWS_ON_PAPER : Math.floor(TALLEST / ratio / FLAME_ROW));
    const rows = 1 + this.boxes.reduce((deepest, box) => Math.max(deepest, box.y), 0);
    const {context} = prepare(this.canvas, rows * FLAME_ROW + 2);
    const theme = colours();
    for (const box of this.boxes) this.drawBox(context, theme, box);
    this.describe();
  }

  drawBox(context, theme, {node, x, y, width, isAbove}) {
    const top = y * FLAME_ROW;
    context.globalAlpha = isAbove || (node === 0 && this.zoom !== 0) ? 0.5 : 1;
    context.fillStyle = this.colour(theme, node);
    // On whole pixels, which is sharper, and a tenth of the time.
    const left = Math.round(x);
    context.fillRect(left, top, Math.max(1, Math.round(x + width) - left - (width > 3 ? 1 : 0)), FLAME_ROW - 1);
    context.globalAlpha = 1;
    if (node === this.current && document.activeElement === this.canvas) {
      context.strokeStyle = theme.text;
      context.lineWidth = 2;
      context.strokeRect(x + 1, top + 1, Math.max(1, width - 2.6), FLAME_ROW - 3);
    }
    if (width < 24) return;
    context.fillStyle = theme.text;
    context.textAlign = 'left';
    context.fillText(fitted(context, this.label(node), width - 9), x + 4, top + FLAME_ROW / 2);
  }

  label(node) {
    if (node === 0) {
      const {unit, metric} = this.model.state;
      const name = this.model.isComparison ? `, ${this.model.names[this.model.shown]}` : '';
      return `${this.model.phrase()}${name}: ${amountText(this.width_[0], unit, metric === 'growth')}`;
    }
    return this.view.name(node);
  }

  colour(theme, node) {
    if (node === 0) return theme.line;
    if (this.matches !== null) return this.matches[node] ? theme.match : theme.line;
    if (this.model.isComparison) return this.changeColour(theme, node);
    const module = this.model.calls.places.module[this.view.place(node)];
    return theme.flame[Math.min(this.colourOfModule.indexOf(module) >>> 0, theme.flame.length - 1)];
  }

  // Colours are for the modules with the most calls; the others share the last one.
  legend() {
    const {calls} = this.model;
    const paths = this.colourOfModule.map(module => calls.strings[module] || '??');
    const short = paths.map(path => path.slice(path.lastIndexOf('/') + 1));
    const names = new Set(short).size === short.length ? short : paths;
    const items = this.model.isComparison
      ? [legendItem('warm', 'grew'), legendItem('before', 'shrank'), legendItem('line', 'as it was')]
      : names.map((name, i) => legendItem(`flame-${i + 1}`, name));
    if (!this.model.isComparison && calls.moduleCount > names.length) items.push(legendItem('flame-6', 'others'));
    document.getElementById('flame-legend').replaceChildren(...items);
  }

  // From blue, which shrank, to orange, which grew: by the share of the node's own amount.
  changeColour(theme, node) {
    const [before, after] = [this.sums[0][node], this.sums[1][node]];
    const change = (after - before) / Math.max(Math.abs(before), Math.abs(after), 1);
    if (Math.abs(change) < 0.01) return theme.line;
    const share = Math.round(10 + (theme.change - 10) * Math.min(1, Math.abs(change)));
    return `color-mix(in srgb, ${change > 0 ? theme.warm : theme.before} ${share}%, ${theme.background})`;
  }

  boxAt(event) {
    const row = Math.floor(event.offsetY / FLAME_ROW);
    return this.boxes.find(box => box.y === row && event.offsetX >= box.x && event.offsetX < box.x + box.width);
  }

  hover(event) {
    const box = this.boxAt(event);
    this.canvas.style.cursor = box ? 'pointer' : '';
    if (box) tip.show(this.tipLines(box.node), event.clientX, event.clientY); else tip.hide();
  }

  tipLines(node) {
    const {unit} = this.model.state;
    const lines = [node === 0 ? 'all' : cut(this.view.name(node), 400)];
    if (node !== 0 && this.view.kind === 'function') {
      lines.push(cut(this.model.calls.text('label', this.view.place(node)), 400));
    }
    if (this.model.isComparison) {
      const [before, after] = this.sums.map(sums => sums[node]);
      const [older, newer] = this.model.names;
      lines.push(`${older} ${amountText(before, unit)}, ${newer} ${amountText(after, unit)}`,
        [amountText(after - before, unit, true), factorText(before, after)].filter(text => text !== '').join(', '));
    } else {
      const value = this.width_[node];
      lines.push(`${this.exactText(value)}, ${shareText(value, this.whole)} of all`);
      const self = value - this.children(node).reduce((sum, child) => sum + this.extent(child), 0);
      if (self > 0 && self < value) lines.push(`${this.exactText(self)} of it itself`);
    }
    return lines;
  }

  exactText(value) {
    const {unit} = this.model.state;
    return unit === 'bytes' ? `${sizeText(value)} (${countText(value)} B)` : blocksText(value);
  }

  click(event) {
    const box = this.boxAt(event);
    if (!box) return;
    this.current = box.node;
    if (event.shiftKey && box.node !== 0) this.focusOn(box.node); else this.model.set({zoom: box.node});
  }

  // Arrows go from box to box, Enter zooms in, Escape out, f looks at one function alone.
  key(event) {
    const siblings = this.children(this.view.parent[this.current]);
    const at = siblings.indexOf(this.current);
    const next = {
      ArrowDown: () => this.children(this.current)[0],
      ArrowUp: () => this.current === 0 ? 0 : this.view.parent[this.current],
      ArrowRight: () => siblings[at + 1],
      ArrowLeft: () => siblings[at - 1],
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      this.current = next() ?? this.current;
      this.draw();
    } else if (event.key === 'Enter') {
      this.model.set({zoom: this.current});
    } else if (event.key === 'Escape') {
      this.model.set({zoom: this.zoom === 0 ? 0 : this.view.parent[this.zoom], focus: null});
    } else if (event.key === 'f' && this.current !== 0) {
      this.focusOn(this.current);
    }
  }

  focusOn(node) {
    const {kind} = this.view;
    this.model.set({focus: {kind, group: this.view.group[node], name: this.view.name(node)}, zoom: 0});
  }

  // The same in words: for screen readers, and for those who do not hover.
  describe() {
    const node = this.current !== 0 ? this.current : this.zoom;
    const parts = this.tipLines(node);
    if (this.matches !== null) {
      parts.push(`“${cut(this.model.state.search, 200)}” matches ${amountText(this.matched, this.model.state.unit)}, ` +
        `${shareText(this.matched, this.whole) || '0.0 %'} of all`);
    }
    if (this.isCut) parts.push('more calls below are not drawn: zoom in for them');
    this.details.textContent = this.whole > 0 ? parts.join(' · ') : this.nothing();
  }

  nothing() {
    const {metric, unit} = this.model.state;
    const change = this.width_[0];
    if (metric !== 'growth' || change === 0) return 'Nothing here for this selection.';
    return `Nothing grew here, and ${amountText(-change, unit)} less is held: the table has the lines that shrank.`;
  }
}
