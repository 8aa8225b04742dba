// The timeline: live bytes over time, of the sites that hold most or of two recordings.

const TIMELINE_HEIGHT = 220;
const MARGIN = {left: 76, right: 14, top: 22, bottom: 26};

class Timeline {
  constructor(model, canvas) {
    this.model = model;
    this.canvas = canvas;
    this.dragged = null;
    this.cursor = null;
    this.layers = model.isComparison ? null : model.liveByEdge(0, 6);
    canvas.addEventListener('pointerdown', event => this.press(event));
    canvas.addEventListener('pointermove', event => this.move(event));
    canvas.addEventListener('pointerup', () => this.release());
    canvas.addEventListener('pointercancel', () => this.forget());
    canvas.addEventListener('pointerleave', () => { tip.hide(); });
    canvas.addEventListener('dblclick', () => model.set({range: null}));
    canvas.addEventListener('keydown', event => this.key(event));
    model.onChange(changed => { if (changed.has('range')) this.draw(); });
    this.legend();
  }

  // Which colour is what.
  legend() {
    const items = this.model.isComparison
      ? this.model.recordings.map(({info}, which) => legendItem(['before', 'after'][which],
        `${this.model.names[which]}: ${cut(info.command, 70)}`, ['', 'line'][which]))
      : this.layers.names.map((name, at) =>
        legendItem(at === this.layers.names.length - 1 ? 'layer-rest' : `layer-${at + 1}`, name));
    if (!this.model.isComparison && this.showsRss()) items.push(legendItem(null, 'RSS of all processes', 'dashed'));
    document.getElementById('legend').replaceChildren(...items);
  }

  most() {
    let most = 1;
    for (const recording of this.model.recordings) {
      for (const bytes of recording.maxLive) most = Math.max(most, bytes);
      most = Math.max(most, recording.info.peak[0]);
      if (!this.model.isComparison) for (const [, rss] of recording.samples) most = Math.max(most, this.showsRss() ? rss : 0);
    }
    return most;
  }

  // RSS far above the heap would press the heap flat.
  showsRss() {
    const recording = this.model.recordings[0];
    const rss = Math.max(0, ...recording.samples.map(([, bytes]) => bytes));
    return rss > 0 && rss <= 6 * Math.max(1, recording.info.peak[0]);
  }

  x(time) { return MARGIN.left + time / this.model.end * (this.width - MARGIN.left - MARGIN.right); }
  time(x) {
    const share = (x - MARGIN.left) / (this.width - MARGIN.left - MARGIN.right);
    return Math.min(1, Math.max(0, share)) * this.model.end;
  }
  y(bytes) {
    const height = TIMELINE_HEIGHT - MARGIN.top - MARGIN.bottom;
    return TIMELINE_HEIGHT - MARGIN.bottom - bytes / this.scale * height;
  }

  draw() {
    const {context, width} = prepare(this.canvas, TIMELINE_HEIGHT);
    this.width = width;
    this.scale = this.most() * 1.04;
    this.colours = colours();
    this.drawAxes(context);
    if (this.model.isComparison) {
      // The second as a line over the first as an area: both are seen where they are the same.
      this.fillCurve(context, 0, this.colours.before);
      this.drawCurve(context, 0, this.colours.before);
      this.drawCurve(context, 1, this.colours.after, 2.5);
      this.drawEnds(context);
    } else {
      this.drawLayers(context);
      this.drawCurve(context, 0, this.colours.text, 1);
      if (this.showsRss()) this.drawRss(context);
    }
    this.drawMarks(context);
    this.drawRange(context);
    this.describe();
  }

  drawAxes(context) {
    context.fillStyle = this.colours.muted;
    context.strokeStyle = this.colours.line;
    context.lineWidth = 1;
    context.textAlign = 'right';
    for (const bytes of ticks(this.scale, 4, 'bytes')) {
      const y = Math.round(this.y(bytes)) + 0.5;
      context.beginPath();
      context.moveTo(MARGIN.left, y);
      context.lineTo(this.width - MARGIN.right, y);
      context.stroke();
      context.fillText(sizeTickText(bytes), MARGIN.left - 8, y);
    }
    context.textAlign = 'center';
    for (const time of ticks(this.model.end, this.width < 500 ? 3 : 7, 'time')) {
      if (this.x(time) > this.width - 24) continue;
      context.fillText(tickText(time), this.x(time), TIMELINE_HEIGHT - 11);
    }
  }

  // What was live at each edge, the sites that held most above one another.
  drawLayers(context) {
    const recording = this.model.recordings[0];
    const {layers} = this.layers;
    const below = new Float64Array(recording.edges.length);
    const order = [...layers.keys()];
    for (const at of order) {
      context.beginPath();
      context.moveTo(this.x(0), this.y(0));
      const tops = below.map((bytes, i) => bytes + Math.max(0, layers[at][i]));
      for (let i = 0; i < tops.length; ++i) context.lineTo(this.x(recording.edges[i]), this.y(tops[i]));
      for (let i = tops.length - 1; i >= 0; --i) context.lineTo(this.x(recording.edges[i]), this.y(below[i]));
      context.closePath();
      context.fillStyle = at === layers.length - 1 ? this.colours.rest : this.colours.layers[at];
      context.fill();
      below.set(tops);
    }
  }

  // The greatest total of each bucket, as steps.
  traceCurve(context, {maxLive, edges}) {
    maxLive.forEach((bytes, i) => {
      context.lineTo(this.x(edges[i]), this.y(bytes));
      context.lineTo(this.x(edges[i + 1]), this.y(bytes));
    });
  }

  fillCurve(context, which, colour) {
    const recording = this.model.recordings[which];
    context.beginPath();
    context.moveTo(this.x(0), this.y(0));
    this.traceCurve(context, recording);
    context.lineTo(this.x(recording.end), this.y(0));
    context.globalAlpha = 0.25;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
  }

  drawCurve(context, which, colour, lineWidth = 2) {
    context.beginPath();
    this.traceCurve(context, this.model.recordings[which]);
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.stroke();
  }

  // Where each run ended, be it as short as it may.
  drawEnds(context) {
    for (const recording of this.model.recordings) {
      context.beginPath();
      context.arc(this.x(recording.end), this.y(recording.maxLive[recording.maxLive.length - 1] ?? 0), 4, 0, 2 * Math.PI);
      context.fillStyle = this.colourOf(recording, this.colours.text);
      context.fill();
    }
  }

  drawRss(context) {
    context.beginPath();
    for (const [time, rss] of this.model.recordings[0].samples) context.lineTo(this.x(time), this.y(rss));
    context.setLineDash([4, 3]);
    context.strokeStyle = this.colours.muted;
    context.lineWidth = 1.5;
    context.stroke();
    context.setLineDash([]);
  }

  drawMarks(context) {
    context.lineWidth = 1;
    context.textAlign = 'left';
    let free = 0;
    for (const recording of this.model.recordings) {
      const colour = this.colourOf(recording, this.colours.accent);
      for (const [time, name] of recording.marks) {
        const x = Math.round(this.x(time)) + 0.5;
        context.strokeStyle = colour;
        context.beginPath();
        context.moveTo(x, MARGIN.top - 6);
        context.lineTo(x, TIMELINE_HEIGHT - MARGIN.bottom);
        context.stroke();
        if (x < free) continue;
        context.fillStyle = colour;
        const text = fitted(context, name, 120);
        context.fillText(text, x + 3, 9);
        free = x + context.measureText(text).width + 10;
      }
    }
    this.model.recordings.forEach(recording => {
      const colour = this.colourOf(recording, this.colours.text);
      const [x, y] = [this.x(recording.info.peak_time), this.y(recording.info.peak[0])];
      context.fillStyle = colour;
      context.beginPath();
      context.moveTo(x, y - 1);
      context.lineTo(x - 4, y - 8);
      context.lineTo(x + 4, y - 8);
      context.fill();
    });
  }

  colourOf(recording, colourOfOne) {
    if (!this.model.isComparison) return colourOfOne;
    return recording === this.model.latest ? this.colours.after : this.colours.before;
  }

  drawRange(context) {
    const range = this.dragged ?? this.model.state.range;
    if (range === null) return;
    const [from, to] = [this.x(Math.min(...range)), this.x(Math.max(...range))];
    context.globalAlpha = 0.55;
    context.fillStyle = this.colours.background;
    context.fillRect(MARGIN.left, MARGIN.top - 8, from - MARGIN.left, TIMELINE_HEIGHT - MARGIN.top - MARGIN.bottom + 8);
    context.fillRect(to, MARGIN.top - 8, this.width - MARGIN.right - to, TIMELINE_HEIGHT - MARGIN.top - MARGIN.bottom + 8);
    context.globalAlpha = 1;
    context.strokeStyle = this.colours.accent;
    context.lineWidth = 2;
    context.strokeRect(from, MARGIN.top - 8, Math.max(1, to - from), TIMELINE_HEIGHT - MARGIN.top - MARGIN.bottom + 8);
  }

  describe() {
    const {range} = this.model.state;
    this.canvas.setAttribute('aria-valuetext', range === null ? 'the whole run'
      : `from ${timeText(range[0])} to ${timeText(range[1])}`);
    this.canvas.setAttribute('aria-valuenow', Math.round(100 * (range === null ? 1 : range[1] / this.model.end)));
  }

  press(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.start = event.offsetX;
  }

  move(event) {
    const time = this.time(event.offsetX);
    if (this.start !== undefined) {
      this.dragged = Math.abs(event.offsetX - this.start) < 4 ? null : [this.time(this.start), time];
      this.draw();
    }
    tip.show(this.tipLines(time), event.clientX, event.clientY);
  }

  tipLines(time) {
    const lines = [timeText(time)];
    this.model.recordings.forEach((recording, which) => {
      const name = this.model.isComparison ? `${this.model.names[which]}: ` : '';
      if (time > recording.end) {
        lines.push(`${name}ended at ${timeText(recording.end)}`);
        return;
      }
      const bucket = Math.min(recording.edgeAt(time), recording.maxLive.length - 1);
      lines.push(`${name}at most ${sizeText(recording.maxLive[bucket])} live`);
    });
    if (!this.model.isComparison) lines.push(...this.layerLines(time));
    return lines;
  }

  layerLines(time) {
    const {layers, names} = this.layers;
    const edge = this.model.recordings[0].edgeAt(time);
    return names.map((name, at) => [layers[at][edge], name]).filter(([bytes]) => bytes > 0)
      .sort((a, b) => b[0] - a[0]).slice(0, 5).map(([bytes, name]) => `${sizeText(bytes)}  ${name}`);
  }

  release() {
    if (this.start === undefined) return;
    const range = this.dragged;
    this.forget();
    if (range !== null) this.select(range);
  }

  // What was begun to be dragged.
  forget() {
    this.start = undefined;
    this.dragged = null;
    this.draw();
  }

  select(range) {
    const {metric} = this.model.state;
    // Of a stretch of time it is the growth that one wants to see first.
    this.model.set({range: this.model.snap(range), metric: metric === 'live' ? 'growth' : metric});
  }

  // The arrows move the end of the range, with Shift its start, an edge at a time.
  key(event) {
    const step = {ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10}[event.key];
    const {range} = this.model.state;
    const {edges} = this.model.longest;
    if (event.key === 'Escape' && range !== null) this.model.set({range: null});
    if (step === undefined) return;
    event.preventDefault();
    const [from, to] = range ?? [0, this.model.longest.end];
    const moved = time => edges[Math.min(edges.length - 1, Math.max(0, this.model.longest.edgeAt(time) + step))];
    const next = event.shiftKey ? [moved(from), to] : [from, moved(to)];
    if (next[0] < next[1]) this.select(next);
  }
}
