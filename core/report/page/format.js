// Numbers as the terminal writes them.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

// `digits` after the point, a half to the even neighbour, as printf rounds.
function fixed(value, digits) {
  const scale = 10 ** digits;
  const scaled = value * scale;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  return ((floor + (up ? 1 : 0)) / scale).toFixed(digits);
}

// tracemalloc's form of sizes; `signed` writes a plus, too.
function sizeText(bytes, signed = false) {
  const sign = bytes < 0 ? '-' : signed ? '+' : '';
  let size = Math.abs(bytes);
  for (const unit of UNITS) {
    if (size < 100 && unit !== 'B') return `${sign}${fixed(size, 1)} ${unit}`;
    if (size < 10 * 1024 || unit === 'TiB') return `${sign}${fixed(size, 0)} ${unit}`;
    size /= 1024;
  }
  return '';
}

const withSeparators = new Intl.NumberFormat('en-US');

function countText(count, signed = false) {
  return (signed && count >= 0 ? '+' : '') + withSeparators.format(count);
}

function amountText(value, unit, signed = false) {
  return unit === 'bytes' ? sizeText(value, signed) : countText(value, signed);
}

function shareText(part, whole) {
  return whole > 0 ? `${(100 * part / whole).toFixed(1)} %` : '';
}

// How many times `after` is of `before`.
function factorText(before, after) {
  if (before === after) return '1×';
  if (before === 0) return 'new';
  if (after === 0) return 'gone';
  const factor = after / before;
  return `${factor >= 100 ? countText(Math.round(factor)) : factor.toPrecision(factor < 1 ? 2 : 3)}×`;
}

function timeText(ns) {
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toPrecision(3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toPrecision(3)} ms`;
  if (ns < 120e9) return `${(ns / 1e9).toPrecision(3)} s`;
  const seconds = Math.round(ns / 1e9);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts[0] > 0 ? `${parts[0]} h ${parts[1]} min` : `${parts[1]} min ${parts[2]} s`;
}

// Round values from 0 up to at most `most`, about `wanted` of them; in units of 1024 for bytes.
function ticks(most, wanted, unit) {
  let scale = 1;
  if (unit === 'bytes') while (most / scale >= 1024) scale *= 1024;
  const raw = most / scale / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(x => x * power >= raw) * power * scale;
  const result = [];
  for (let value = 0; value <= most && step > 0; value += step) result.push(value);
  return result;
}
