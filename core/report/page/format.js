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

// The beginning of a text that is too long to be read.
function cut(text, most) {
  return text.length > most ? text.slice(0, most).replace(/[\ud800-\udbff]$/, '') + '…' : text;
}

const withSeparators = new Intl.NumberFormat('en-US');

function countText(count, signed = false) {
  return (signed && count >= 0 ? '+' : '') + withSeparators.format(count);
}

function blocksText(count) { return `${countText(count)} ${count === 1 ? 'block' : 'blocks'}`; }

function amountText(value, unit, signed = false) {
  if (unit === 'time') return timeText(value);
  return unit === 'bytes' ? sizeText(value, signed) : countText(value, signed);
}

function shareText(part, whole) {
  return whole > 0 ? `${(100 * part / whole).toFixed(1)} %` : '';
}

// How the second of two amounts compares to the first. Of growth that is negative nothing is said.
function factorText(before, after) {
  if (before === after) return 'the same';
  if (before < 0 || after < 0) return '';
  if (before === 0) return 'none before';
  if (after === 0) return 'none any more';
  const factor = Math.max(before, after) / Math.min(before, after);
  const word = after < before ? 'less' : 'more';
  if (factor < 1.005) return `hardly ${word}`;
  return `${fixed(factor, factor < 1.1 ? 2 : factor < 100 ? 1 : 0)} x ${word}`;
}

function timeText(ns) {
  const seconds = ns / 1e9;
  if (seconds < 1e-3) return `${fixed(seconds * 1e6, 0)} us`;
  if (seconds < 1) return `${fixed(seconds * 1e3, 1)} ms`;
  if (seconds < 60) return `${fixed(seconds, 3)} s`;
  const whole = Math.floor(seconds);
  const two = number => String(number).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} m`;
}

// A round size in its greatest unit: 4096 KiB is 4 MiB.
function sizeTickText(bytes) {
  let unit = 0;
  for (; bytes >= 1024 && unit + 1 < UNITS.length; ++unit) bytes /= 1024;
  return `${Number(bytes.toFixed(2))} ${UNITS[unit]}`;
}

// The same of a round time: 1.500 s is 1.5 s.
function tickText(ns) {
  return ns === 0 ? '0' : timeText(ns).replace(/(\.\d*?)0+ /, '$1 ').replace('. ', ' ');
}

// The round step at or above a value; minutes and hours are not decimal.
function roundStep(least, unit) {
  if (unit === 'time' && least > 30e9) {
    const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440].map(x => x * 60e9);
    return minutes.find(step => step >= least) ?? Math.ceil(least / 86400e9) * 86400e9;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find(x => x * power >= 0.75 * least) * power;
}

// Round values from 0 up to at most `most`, about `wanted` of them; in units of 1024 for bytes.
function ticks(most, wanted, unit) {
  let scale = 1;
  if (unit === 'bytes') while (most / scale >= 1024) scale *= 1024;
  const step = Math.max(1, roundStep(most / scale / wanted, unit) * scale);
  const result = [];
  for (let value = 0; value <= most; value += step) result.push(value);
  return result;
}
