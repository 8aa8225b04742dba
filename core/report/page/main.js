// Puts the page together: controls, keys, and what was recorded.

const $ = id => document.getElementById(id);

function pick(name, model, key) {
  const buttons = [...document.querySelectorAll(`[data-${name}]`)];
  const show = () => buttons.forEach(button =>
    button.setAttribute('aria-pressed', String(button.dataset[name] === String(model.state[key]))));
  for (const button of buttons) {
    button.addEventListener('click', () => {
      const value = button.dataset[name];
      model.set({[key]: value === 'true' ? true : value === 'false' ? false : value});
    });
  }
  model.onChange(show);
  show();
}

function figure(title, text, detail) {
  const element = document.createElement('div');
  element.className = 'figure';
  for (const [tag, content] of [['dt', title], ['dd', text], ['small', detail]]) {
    // Where a line has to break, then between numbers, not before their unit.
    const whole = tag === 'dd' ? content.replaceAll(' ', '\u00a0').replaceAll('\u00a0→\u00a0', '\u00a0→ ') : content;
    if (content) element.append(Object.assign(document.createElement(tag), {textContent: whole}));
  }
  return element;
}

// The figures of the heading.
function figures(model) {
  const infos = model.recordings.map(recording => recording.info);
  return model.isComparison ? comparedFigures(model.raw.facts, infos) : figuresOf(infos[0]);
}

function figuresOf(info) {
  const share = shareText(info.temporary[1], info.total[1]);
  return [
    figure('Peak', sizeText(info.peak[0]), `${blocksText(info.peak[1])}, at ${timeText(info.peak_time)}`),
    figure('Live at the end', sizeText(info.end[0]), blocksText(info.end[1])),
    figure('Allocated', sizeText(info.total[0]), `${countText(info.total[1])} allocations`),
    figure('Temporary', countText(info.temporary[1]), share && `${share} of the allocations`),
    figure('Duration', timeText(info.duration), `exit status ${exitText(info)}`),
  ];
}

// The facts of heaptally compare, by the same names.
function comparedFigures(facts, infos) {
  const list = facts.map(({name, unit, values}) =>
    figure(name, values.map(value => amountText(value, unit)).join(' → '), factorText(...values)));
  list.push(figure('exit status', infos.map(exitText).join(' → ')));
  return list;
}

function exitText(info) {
  const status = info.exit_status;
  return status > 128 && status < 193 ? `${status} (signal ${status - 128})` : String(status);
}

function heading(model) {
  const names = model.recordings.map(recording => recording.info.command);
  $('title').textContent = names.length === 1 ? names[0] || '(no command)' : 'Comparison';
  document.body.dataset.sides = names.length;
  document.title = `${names.join(' | ')} · heaptally`;
  if (names.length === 2) {
    $('names').hidden = false;
    ['before', 'after'].forEach((side, which) => {
      $(`chip-${side}`).textContent = model.names[which];
      $(`command-${side}`).textContent = names[which];
      document.querySelector(`[data-side=${side}]`).textContent = `of ${model.names[which]}`;
    });
    $('sides').hidden = false;
  }
  $('figures').replaceChildren(...figures(model));
  $('notes').replaceChildren(...model.raw.notes.map(text =>
    Object.assign(document.createElement('li'), {textContent: text})));
}

function rangeControls(model) {
  const show = () => {
    const {range, focus, moment} = model.state;
    $('range-text').textContent = range === null ? 'Whole run' : `${timeText(range[0])} to ${timeText(range[1])}`;
    $('range-clear').hidden = range === null;
    $('moments').hidden = range !== null || model.state.metric !== 'live';
    $('focus-chip').hidden = focus === null;
    if (focus !== null) $('focus-name').textContent = cut(focus.name, 200);
    $('back').disabled = model.past.length === 0;
    $('forward').disabled = model.future.length === 0;
    $('status').textContent = model.phrase();
  };
  $('range-clear').addEventListener('click', () => model.set({range: null}));
  $('focus-clear').addEventListener('click', () => model.set({focus: null}));
  $('back').addEventListener('click', () => model.back());
  $('forward').addEventListener('click', () => model.forward());
  $('zoom-out').addEventListener('click', () => model.set({zoom: 0}));
  $('search').addEventListener('input', event => model.set({search: event.target.value}, true));
  $('group').addEventListener('change', event => model.set({group: event.target.value}));
  $('cumulative').addEventListener('change', event => model.set({cumulative: event.target.checked}));
  model.onChange(() => {
    show();
    $('group').value = model.state.group;
    $('cumulative').checked = model.state.cumulative;
    $('search').value = model.state.search;
    $('zoom-out').hidden = model.state.zoom === 0;
  });
  show();
}

function keys(model) {
  document.addEventListener('keydown', event => {
    if (event.target.matches('input, select, textarea') || event.ctrlKey || event.metaKey) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (event.altKey && event.key === 'ArrowLeft') model.back();
    else if (event.altKey && event.key === 'ArrowRight') model.forward();
    else if (event.key === '/') $('search').focus();
    else if (event.key === 'i') model.set({inverted: !model.state.inverted});
    else if (event.key === '0') model.set({range: null, zoom: 0, focus: null});
    else if (event.key === '?') $('help').showModal();
    else return;
    event.preventDefault();
  });
}

function theme() {
  const root = document.documentElement;
  const dark = () => root.dataset.theme === 'dark' ||
    (root.dataset.theme === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
  $('theme').addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    redraw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw());
}

// Paper is white, and narrower than most screens.
function printing() {
  const root = document.documentElement;
  let theme;
  const change = (isUsed, name) => {
    PAPER.isUsed = isUsed;
    if (name === undefined) delete root.dataset.theme; else root.dataset.theme = name;
    redraw();
  };
  window.addEventListener('beforeprint', () => {
    theme = root.dataset.theme;
    change(true, 'light');
  });
  window.addEventListener('afterprint', () => change(false, theme));
}

let redraw = () => {};

// The other views of the calls take longer to make than a click should take to answer.
function prepareWhenIdle(model) {
  const views = [[true, 'function'], [false, 'line'], [true, 'line']];
  const prepareNext = () => {
    const [inverted, kind] = views.shift();
    model.view({kind, inverted});
    if (views.length > 0) requestIdleCallback(prepareNext);
  };
  if (window.requestIdleCallback) requestIdleCallback(prepareNext);
}

async function start() {
  const model = new Model(await readData());
  heading(model);
  const timeline = new Timeline(model, $('timeline'));
  const flame = new Flame(model, $('flame'), $('flame-details'));
  const source = new SourceView(model, $('source'));
  const table = new LineTable(model, $('lines'), $('more'), row => {
    const {group: kind} = model.state;
    model.set({focus: {kind, group: row.group, name: row.name}, zoom: 0});
    if (kind === 'line' && source.has(row.place)) source.show(row.place);
  });
  for (const [name, key] of [['metric', 'metric'], ['unit', 'unit'], ['kind', 'kind'], ['inverted', 'inverted'],
    ['moment', 'moment'], ['side', 'side']]) pick(name, model, key);
  rangeControls(model);
  keys(model);
  theme();
  printing();
  redraw = () => {
    timeline.draw();
    flame.draw();
  };
  new ResizeObserver(() => redraw()).observe($('timeline').parentElement);
  $('flame').addEventListener('focus', () => flame.draw());
  $('flame').addEventListener('blur', () => flame.draw());
  model.notify();
  prepareWhenIdle(model);
  window.heaptally = {model, flame, timeline, table};  // for the browser's console, and for tests
  document.body.dataset.state = 'ready';
}

start().catch(error => {
  $('failure').hidden = false;
  $('failure').textContent = error.message;
  console.error(error);
  document.body.dataset.state = 'failed';
});
