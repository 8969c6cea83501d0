// Prometheus' text format, read strictly: a scrape goes in, its families with their samples come out; what is not exactly of the
// format, or says a thing twice, is a failure.
import assert from 'node:assert/strict';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (gauge|counter|histogram)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.+)\\})? ([0-9.e+-]+|\\+Inf|NaN)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== ''; ) {
    const [whole = '', name = '', value = ''] = LABEL.exec(rest) ?? [];
    assert.notEqual(whole, '', `labels: ${text}`);
    assert.equal(name in labels, false, `the label ${name} twice: ${text}`);
    labels[name] = value;
    rest = rest.slice(whole.length);
  }
  return labels;
}

/** What a sample belongs to: of a histogram `_bucket`, `_sum` and `_count` are parts. */
const isPartOf = (sample: string, family: string, type: string) =>
  type === 'histogram'
    ? ['_bucket', '_sum', '_count'].some((part) => sample === `${family}${part}`)
    : sample === family;

export function readExposition(text: string): Map<string, Family> {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const families = new Map<string, Family & { samples: Sample[] }>();
  const seen = new Set<string>();
  let name = '';
  let help = '';
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, helped, words] = HELP.exec(line) ?? [];
    const [, typed, type] = TYPE.exec(line) ?? [];
    if (helped !== undefined) {
      name = helped;
      help = words ?? '';
    } else if (typed !== undefined) {
      assert.equal(typed, name, `# TYPE follows its # HELP: ${line}`);
      assert.equal(families.has(name), false, `${name} twice`);
      families.set(name, { help, type: type ?? '', samples: [] });
    } else {
      const [, sample = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
      const family = families.get(name);
      assert.ok(sample !== '' && family !== undefined, `no sample: ${line}`);
      assert.ok(isPartOf(sample, name, family.type), `${sample} below ${name}`);
      const key = line.slice(0, line.lastIndexOf(' '));
      assert.equal(seen.has(key), false, `${key} twice`);
      seen.add(key);
      family.samples.push({
        name: sample,
        labels: readLabels(labels),
        value: value === '+Inf' ? Infinity : Number(value),
      });
    }
  }
  return families;
}

/** The value of one series; fails when it is not there. Labels that are not named do not count. */
export function figureOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const all = [...readExposition(text).values()].flatMap(({ samples }) => samples);
  const found = all.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  assert.equal(found.length, 1, `${name} ${JSON.stringify(labels)}: ${found.length} series`);
  return found[0]?.value ?? Number.NaN;
}
