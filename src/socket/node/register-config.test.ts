import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigError, configurations, merged, parseSetting } from './register-config.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder with these files, and a folder two levels below it. */
function tree(files: Readonly<Record<string, string>>): { top: string; deep: string } {
  const top = mkdtempSync(join(tmpdir(), 'synfin-config-'));
  folders.push(top);
  const deep = join(top, 'a', 'b');
  mkdirSync(deep, { recursive: true });
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files }))
    writeFileSync(join(top, name), text);
  return { top, deep };
}

describe('SYNFIN', () => {
  test('has options by their names, each read as it is meant', () => {
    expect(parseSetting('networks=10.0.0.0/8,::1 listenOnAny=false')).toEqual({
      networks: ['10.0.0.0/8', '::1'],
      listenOnAny: false,
    });
    expect(
      parseSetting('faults.loss=5%;faults.delayUs=2000;faults.seed=7;faults.bandwidthBps=Infinity'),
    ).toEqual({
      faults: { loss: 0.05, delayUs: 2000, seed: 7, bandwidthBps: Infinity },
    });
    expect(
      parseSetting('faults.reorder.probability=0.1 faults.reorder.extraDelayUs=500 faults.seed=monday'),
    ).toEqual({
      faults: { reorder: { probability: 0.1, extraDelayUs: 500 }, seed: 'monday' },
    });
  });

  test('has names and their addresses, each a word', () => {
    expect(parseSetting('hosts.db=10.1.0.5 hosts.api.example=10.1.0.6,fd00::6 servers=10.1.0.53')).toEqual({
      hosts: { db: '10.1.0.5', 'api.example': ['10.1.0.6', 'fd00::6'] },
      servers: ['10.1.0.53'],
    });
  });

  test('takes a word alone as a switch, or, when it is an address, as networks', () => {
    expect(parseSetting('explain')).toEqual({ explain: true });
    expect(parseSetting('explain=zh')).toEqual({ explain: 'zh' });
    expect(parseSetting('10.1.0.0/16,fd00::/8 10.2.0.1')).toEqual({
      networks: ['10.1.0.0/16', 'fd00::/8', '10.2.0.1'],
    });
  });

  test('may be JSON', () => {
    expect(parseSetting(' {"networks": ["10.0.0.0/8"]}')).toEqual({ networks: ['10.0.0.0/8'] });
    expect(() => parseSetting('{networks}')).toThrow(ConfigError);
  });

  test.each([
    ['netwroks=10.0.0.0/8', "SYNFIN: there is no option 'netwroks'; did you mean 'networks'?"],
    ['faults.los=1', "SYNFIN: there is no option 'faults.los'; did you mean 'faults.loss'?"],
    ['faults.loss=lots', "SYNFIN: faults.loss must be a number from 0 to 1, not 'lots'"],
    ['faults.loss=150%', 'SYNFIN: faults.loss must be a number from 0 to 1, not 1.5'],
    ['listenOnAny=maybe', "SYNFIN: listenOnAny must be true or false, not 'maybe'"],
    ['networks', 'SYNFIN: networks must be an array, each a string, not true'],
    ['faults=0.5', "SYNFIN: faults must be an object of options, not '0.5'"],
    ['host=here', "SYNFIN: there is no option 'host'"],
    ['__proto__.networks=1', "SYNFIN: there is no option '__proto__'"],
    ['toString.x=1', "SYNFIN: there is no option 'toString'"],
  ])('%s is refused: %s', (setting, message) => {
    expect(() => parseSetting(setting)).toThrow(message);
  });
});

describe('a file', () => {
  test.each([
    ['synfin.config.json', '{"networks": ["10.0.0.0/8"]}'],
    ['synfin.config.js', 'export default { networks: ["10.0.0.0/8"] };'],
    ['synfin.config.js', 'module.exports = { networks: ["10.0.0.0/8"] };'],
    ['synfin.config.ts', 'const networks: string[] = ["10.0.0.0/8"];\nexport default { networks };\n'],
  ])('%s is found at or above the folder', (name, text) => {
    const { top, deep } = tree({ [name]: text });
    expect(configurations({}, deep)).toEqual([
      { config: { networks: ['10.0.0.0/8'] }, from: join(top, name) },
    ]);
  });

  test('the nearest one counts, and of one folder .ts before .js before .json', () => {
    const { top, deep } = tree({
      'synfin.config.json': '{"listenOnAny": true}',
      'synfin.config.js': 'module.exports = { listenOnAny: false };',
    });
    expect(configurations({}, deep).map(({ config }) => config)).toEqual([{ listenOnAny: false }]);
    writeFileSync(join(top, 'a', 'synfin.config.json'), '{}');
    expect(configurations({}, deep)).toEqual([{ config: {}, from: join(top, 'a', 'synfin.config.json') }]);
  });

  test('is named where it cannot be loaded, and where an option is none', () => {
    const broken = tree({ 'synfin.config.json': '{networks' });
    expect(() => configurations({}, broken.top)).toThrow(
      new RegExp(`^${join(broken.top, 'synfin.config.json')} cannot be loaded: `),
    );
    const wrong = tree({ 'synfin.config.json': '{"netwroks": []}' });
    expect(() => configurations({}, wrong.top)).toThrow(
      `${join(wrong.top, 'synfin.config.json')}: there is no option 'netwroks'; did you mean 'networks'?`,
    );
    const nothing = tree({ 'synfin.config.json': 'null' });
    expect(() => configurations({}, nothing.top)).toThrow('must be an object of options, not null');
  });
});

test('the argument comes before SYNFIN, and that before the file; each option is taken whole', () => {
  const { deep } = tree({
    'synfin.config.json': '{"networks": ["10.3.0.0/16"], "faults": {"loss": 0.5}, "explain": true}',
  });
  const found = configurations({ SYNFIN: 'networks=10.2.0.0/16 faults.delayUs=5' }, deep);
  expect(merged({ networks: ['10.1.0.0/16'] }, found)).toEqual({
    networks: ['10.1.0.0/16'],
    faults: { delayUs: 5 },
    explain: true,
  });
  expect(merged({ networks: undefined as never }, found).networks).toEqual(['10.2.0.0/16']);
  expect(configurations({ SYNFIN: ' ' }, tmpdir())).toEqual([]);
});
