// What both drawings need of a canvas.

// How wide a drawing is, in CSS pixels. On paper it is as wide as the page, and finer.
const PAPER = {width: 760, ratio: 2, isUsed: false};
function widthOfDrawing(canvas) { return PAPER.isUsed ? PAPER.width : canvas.parentElement.clientWidth; }

// Sets a canvas to the size it is shown at, in the screen's own pixels. Gives the context and
// width and height in CSS pixels.
function prepare(canvas, height) {
  const ratio = PAPER.isUsed ? PAPER.ratio : window.devicePixelRatio || 1;
  const width = widthOfDrawing(canvas);
  canvas.style.height = `${height}px`;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '12px ' + getComputedStyle(document.body).fontFamily;
  context.textBaseline = 'middle';
  return {context, width, height};
}

// The colours of the theme in use.
function colours() {
  const style = getComputedStyle(document.documentElement);
  const get = name => style.getPropertyValue(name).trim();
  return {
    text: get('--text'), muted: get('--muted'), line: get('--line'), background: get('--panel'),
    accent: get('--accent'), before: get('--before'), after: get('--after'), warm: get('--warm'),
    layers: [1, 2, 3, 4, 5, 6].map(i => get(`--layer-${i}`)), rest: get('--layer-rest'),
    flame: [1, 2, 3, 4, 5, 6].map(i => get(`--flame-${i}`)), match: get('--match'),
    change: parseInt(get('--change'), 10),
  };
}

// An item of a legend: what a colour, the name of a variable of the style, stands for.
function legendItem(colour, text, form = '') {
  const swatch = document.createElement('i');
  swatch.className = form;
  if (colour !== null) swatch.style.background = `var(--${colour})`;
  const element = document.createElement('li');
  element.append(swatch, text.length > 80 ? '…' + text.slice(-79) : text);
  return element;
}

// Widths of texts in the one font of the drawings.
const widths = new Map();
function widthOf(context, text) {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > 50000) widths.clear();
    width = context.measureText(text).width;
    widths.set(text, width);
  }
  return width;
}

// As much of a text as fits, the end of it if need be cut.
function fitted(context, text, width) {
  if (width < 12) return '';
  if (text.length > 400) text = text.slice(0, 400);
  const whole = widthOf(context, text);
  if (whole <= width) return text;
  // Characters are about as wide as one another, so a guess is near.
  let length = Math.ceil(text.length * width / whole) + 2;
  while (length > 1 && widthOf(context, text.slice(0, length) + '…') > width) --length;
  return length < 2 ? '' : cut(text, length);
}

const tip = {
  show(lines, x, y) {
    const element = document.getElementById('tip');
    element.replaceChildren(...lines.map((line, i) => {
      const row = document.createElement(i === 0 ? 'strong' : 'div');
      row.textContent = cut(line, 300);
      return row;
    }));
    element.hidden = false;
    const {offsetWidth, offsetHeight} = element;
    const left = Math.min(x + 14, window.innerWidth - offsetWidth - 8);
    const top = y + 18 + offsetHeight > window.innerHeight ? y - offsetHeight - 10 : y + 18;
    element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  },
  hide() { document.getElementById('tip').hidden = true; },
};
