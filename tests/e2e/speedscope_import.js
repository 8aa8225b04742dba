// Reads files as speedscope does, with the importer of its npm package, and prints what it has of
// each as a line of JSON: [{"name", "unit", "total", "frames": {NAME: [SELF, TOTAL]}}].
//   node speedscope_import.js PACKAGE_FOLDER FILE...
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

// The package is made for a browser: a script with the application and one with the importers, both
// tables of modules. The application's are needed, but it is not to start.
function loadImporter(folder) {
  const release = path.join(folder, 'dist', 'release');
  const read = (pattern) => {
    const found = fs.readdirSync(release).filter((name) => pattern.test(name));
    if (found.length !== 1) throw new Error(`${release}: ${found.length} files like ${pattern}`);
    return fs.readFileSync(path.join(release, found[0]), 'utf8');
  };
  const start = /\},\{\},\[[^\]]*\],\s*null\)/;
  const application = read(/^speedscope\..*\.js$/);
  if (!start.test(application)) throw new Error('the application starts in another way');
  const importers = read(/^import\..*\.js$/);
  const silent = { log() {}, warn() {}, error: console.error };
  const browser = { console: silent, TextDecoder, Uint8Array, ArrayBuffer, setTimeout, window: {} };
  const context = vm.createContext(browser);
  vm.runInContext(application.replace(start, '},{},[],null)'), context);
  vm.runInContext(importers, context);
  const id = Object.keys(context.parcelRequire.modules).find((key) =>
    /exports\.importProfileGroupFromText\s*=/.test(String(context.parcelRequire.modules[key][0])));
  if (id === undefined) throw new Error('there is no importer');
  return context.parcelRequire(id);
}

function describe(profile) {
  const frames = {};
  profile.forEachFrame((frame) => {
    const [self, total] = frames[frame.name] || [0, 0];
    frames[frame.name] = [self + frame.getSelfWeight(), total + frame.getTotalWeight()];
  });
  return {
    name: profile.getName(),
    unit: profile.getWeightUnit(),
    total: profile.getTotalWeight(),
    frames,
  };
}

async function main(folder, files) {
  const importer = loadImporter(folder);
  for (const file of files) {
    const bytes = fs.readFileSync(file);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const group = await importer.importProfilesFromArrayBuffer(path.basename(file), buffer);
    if (!group) throw new Error(`${file}: speedscope reads nothing from it`);
    console.log(JSON.stringify(group.profiles.map(describe)));
  }
}

main(process.argv[2], process.argv.slice(3)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
