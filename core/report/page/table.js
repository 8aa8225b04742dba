// The table of lines: what each holds, allocated and churned.

const TABLE_STEP = 50;  // rows shown at once

class LineTable {
  constructor(model, table, more, onLine) {
    this.model = model;
    this.table = table;
    this.more = more;
    this.onLine = onLine;
    this.sort = {key: 'live', descending: true};
    this.limit = TABLE_STEP;
    more.addEventListener('click', () => {
      this.limit += 10 * TABLE_STEP;
      this.draw();
    });
    model.onChange(changed => {
      const isRecomputed = hasAny(changed, [...SELECTION, 'group', 'cumulative']);
      if (!isRecomputed && !changed.has('search')) return;
      if (isRecomputed) this.compute();
      if (hasAny(changed, ['metric', 'unit'])) this.sortByMetric();
      this.limit = TABLE_STEP;
      this.draw();
    });
  }

  compute() { this.rows = this.model.table(); }

  sortByMetric() {
    const {metric, unit} = this.model.state;
    const kind = metric === 'growth' ? 'live' : metric;
    const column = TABLE_COLUMNS.find(c => c.metric === kind && (c.unit === unit || kind === 'temporary'));
    this.sort = {key: column.key, descending: true};
  }

  columns() {
    const growth = this.model.state.metric === 'growth';
    if (!this.model.isComparison) {
      return TABLE_COLUMNS.map(column => ({...column, title: growth && column.key === 'live' ? 'Growth' : column.title,
        value: row => row[column.key][0],
        text: row => amountText(row[column.key][0], column.unit, growth && column.metric === 'live')}));
    }
    const {key, unit} = TABLE_COLUMNS.find(c => c.key === this.sort.key) ?? this.shownColumn();
    const change = row => row[key][1] - row[key][0];
    const titles = this.model.names.map(name => name[0].toUpperCase() + name.slice(1));
    return [
      {key: 'before', title: titles[0], value: row => row[key][0], text: row => amountText(row[key][0], unit)},
      {key: 'after', title: titles[1], value: row => row[key][1], text: row => amountText(row[key][1], unit)},
      {key: 'change', title: 'Change', value: row => Math.abs(change(row)), text: row => amountText(change(row), unit, true)},
      {key: 'factor', title: 'Factor', value: row => row[key][1] / Math.max(1e-9, row[key][0]),
        text: row => factorText(row[key][0], row[key][1])},
    ];
  }

  // What a comparison compares is the metric that the flame graph shows.
  shownColumn() {
    const {metric, unit} = this.model.state;
    const kind = metric === 'growth' ? 'live' : metric;
    return TABLE_COLUMNS.find(c => c.metric === kind && (c.unit === unit || kind === 'temporary'));
  }

  sorted(columns) {
    const {group: kind, search} = this.model.state;
    const isMatch = search === '' ? null : this.model.calls.matchingGroups(kind, search.toLowerCase());
    const rows = isMatch === null ? [...this.rows] : this.rows.filter(row => isMatch[row.group] !== 0);
    const sign = this.sort.descending ? -1 : 1;
    if (this.sort.key === 'name') {
      return rows.sort((a, b) => sign * (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || a.group - b.group);
    }
    const {value} = columns.find(column => column.key === this.sort.key);
    // What shrank much is of interest like what grew.
    const size = row => Math.abs(value(row));
    return rows.sort((a, b) => sign * (size(a) - size(b)) || a.group - b.group);
  }

  draw() {
    if (this.model.isComparison && TABLE_COLUMNS.some(c => c.key === this.sort.key)) this.sort = {key: 'change', descending: true};
    const columns = this.columns();
    const rows = this.sorted(columns);
    // Sorted by name, the first column has the bars.
    const by = columns.find(column => column.key === this.sort.key) ?? columns[0];
    const most = Math.max(1, ...rows.map(row => Math.abs(by.value(row))).slice(0, this.limit));
    this.table.replaceChildren(this.head(columns), this.body(rows, columns, by, most));
    this.more.hidden = rows.length <= this.limit;
    this.more.textContent = `Show more of ${countText(rows.length)}`;
    document.getElementById('table-note').textContent = this.note(rows.length);
  }

  note(shown) {
    const {cumulative, search} = this.model.state;
    const what = `${countText(shown)} ${shown === 1 ? 'row' : 'rows'}`;
    const match = search === '' ? '' : ` that match “${cut(search, 200)}”`;
    return `${this.model.phrase()}: ${what}${match}${cumulative ? '; rows overlap, for a call counts for its callers, too' : ''}`;
  }

  head(columns) {
    const row = document.createElement('tr');
    const title = {line: 'Line', function: 'Function', file: 'File', module: 'Module'}[this.model.state.group];
    for (const column of [{key: 'name', title}, ...columns]) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      const button = document.createElement('button');
      button.textContent = column.title;
      button.addEventListener('click', () => {
        const same = this.sort.key === column.key;
        this.sort = {key: column.key, descending: same ? !this.sort.descending : column.key !== 'name'};
        this.draw();
        this.table.querySelector(`th[data-key="${column.key}"] button`).focus();
      });
      cell.dataset.key = column.key;
      if (column.key === this.sort.key) cell.setAttribute('aria-sort', this.sort.descending ? 'descending' : 'ascending');
      cell.append(button);
      row.append(cell);
    }
    const head = document.createElement('thead');
    head.append(row);
    return head;
  }

  body(rows, columns, by, most) {
    const body = document.createElement('tbody');
    for (const row of rows.slice(0, this.limit)) {
      const line = document.createElement('tr');
      line.append(this.nameCell(row));
      for (const column of columns) {
        const cell = document.createElement('td');
        cell.textContent = column.text(row);
        cell.dataset.key = column.key;
        if (column === by) {
          cell.classList.add('bar');
          cell.style.setProperty('--share', `${(100 * Math.abs(column.value(row)) / most).toFixed(1)}%`);
        }
        line.append(cell);
      }
      body.append(line);
    }
    if (rows.length === 0) body.append(this.nothing(columns.length + 1));
    return body;
  }

  nothing(columns) {
    const row = document.createElement('tr');
    row.className = 'nothing';
    row.append(Object.assign(document.createElement('td'), {
      colSpan: columns,
      textContent: this.model.state.search === '' ? 'Nothing here for this selection.' : 'Nothing here has that in its name.',
    }));
    return row;
  }

  nameCell(row) {
    const cell = document.createElement('th');
    cell.scope = 'row';
    const button = document.createElement('button');
    button.textContent = cut(row.name, 400);
    button.title = 'Show where it is called from, and its source';
    button.addEventListener('click', () => this.onLine(row));
    cell.append(button);
    const name = this.model.calls.name('function', row.place);
    if (this.model.state.group === 'line' && name !== row.name) {
      const detail = document.createElement('small');
      detail.textContent = cut(name, 400);
      cell.append(detail);
    }
    return cell;
  }
}
