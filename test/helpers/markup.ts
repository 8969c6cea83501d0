/** Markup as a strict reader sees it: the text of an XML file goes in, the names of its elements come out, or a failed test where it is not well-formed. */
import assert from 'node:assert/strict';

/** Names of elements in order, when all are closed in turn, all values are quoted and no text holds a mark of markup. */
export function elementsOf(svg: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  let rest = svg;
  while (rest !== '') {
    const tag = /^<(\/?)([a-z]+)((?: [a-zA-Z0-9:.-]+="[^"<]*")*)(\/?)>/.exec(rest);
    const text = /^(?:[^<&]|&(?:amp|lt|gt|quot|#39);)+/.exec(rest);
    const [whole] = tag ?? text ?? [];
    assert.ok(whole !== undefined, `not well-formed at ${JSON.stringify(rest.slice(0, 80))}`);
    if (tag !== null) {
      const [, slash = '', name = '', , self = ''] = tag;
      if (slash === '/') assert.equal(open.pop(), name);
      else names.push(name);
      if (slash === '' && self === '') open.push(name);
    }
    rest = rest.slice(whole.length);
  }
  assert.deepEqual(open, []);
  return names;
}
