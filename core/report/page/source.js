// Source files with what each of their lines comes to.

class SourceView {
  constructor(model, section) {
    this.model = model;
    this.section = section;
    this.select = section.querySelector('select');
    this.code = section.querySelector('table');
    this.files = new Map(model.raw.sources.map(source => [model.calls.strings[source.file], source]));
    section.hidden = this.files.size === 0;
    this.select.addEventListener('change', () => model.set({file: this.select.value}));
    for (const file of this.files.keys()) {
      const option = document.createElement('option');
      option.value = option.textContent = file;
      this.select.append(option);
    }
    model.onChange(changed => { if (hasAny(changed, [...SELECTION, 'file'])) this.draw(); });
  }

  has(place) { return this.files.has(this.model.calls.text('file', place)); }

  // Goes to the line of a place.
  show(place) {
    this.model.set({file: this.model.calls.text('file', place)});
    const row = this.code.querySelector(`tr[data-line="${this.model.calls.line(place)}"]`);
    row?.scrollIntoView({block: 'center'});
    row?.focus();
  }

  // By line of the file, what its sites come to.
  amounts(file) {
    const {model} = this;
    const which = model.shown;
    const keep = model.kept(which);
    const values = model.values(which);
    const byLine = new Map();
    model.recordings[which].rowNode.forEach((node, row) => {
      const place = model.calls.place[node];
      if (keep !== null && !keep[row]) return;
      if (values[row] === 0 || model.calls.text('file', place) !== file) return;
      const line = model.calls.line(place);
      byLine.set(line, (byLine.get(line) ?? 0) + values[row]);
    });
    return byLine;
  }

  draw() {
    if (this.files.size === 0) return;
    const file = this.model.state.file ?? this.files.keys().next().value;
    this.select.value = file;
    const source = this.files.get(file);
    const byLine = this.amounts(file);
    const most = Math.max(1, ...[...byLine.values()].map(Math.abs));
    const body = document.createElement('tbody');
    source.parts.forEach(([first, lines], i) => {
      if (i > 0 || first > 1) body.append(this.gap());
      lines.forEach((text, at) => body.append(this.row(first + at, text, byLine.get(first + at), most)));
    });
    this.code.replaceChildren(body);
  }

  gap() {
    const row = document.createElement('tr');
    row.className = 'gap';
    row.append(Object.assign(document.createElement('td'), {colSpan: 3, textContent: '⋯'}));
    return row;
  }

  row(line, text, value, most) {
    const row = document.createElement('tr');
    row.dataset.line = line;
    row.tabIndex = -1;
    const cell = (tag, content) => {
      const element = document.createElement(tag);
      element.textContent = content;
      row.append(element);
      return element;
    };
    cell('td', value === undefined ? '' : amountText(value, this.model.state.unit, this.model.state.metric === 'growth'));
    cell('th', line);
    cell('td', text);
    if (value !== undefined) {
      row.className = 'hot';
      row.style.setProperty('--heat', `${Math.round(10 + 60 * Math.abs(value) / most)}%`);
    }
    return row;
  }
}
