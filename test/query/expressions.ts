/** Random expressions for property tests: trees that reading could give, and texts that are almost expressions. */

import type { Argument, Expression, Operator, Path, Value } from '../../src/query/expression.ts';
import { FIELDS, type FieldName, type FieldType } from '../../src/query/fields.ts';
import { FUNCTIONS, type FunctionName, functionRow, valueTypeOf } from '../../src/query/functions.ts';
import { join } from '../../src/query/parse.ts';
import { typeOfPath } from '../../src/query/paths.ts';
import { readsNumbers } from '../../src/query/values.ts';
import { fc } from '../helpers/random-cases.ts';

const column = 0;
const text = fc.oneof(
  fc.constantFrom(
    'ping',
    'n3',
    'in',
    'and',
    'a46de8d6-177e',
    '10.0.0.4:5999',
    '[::1]:5999',
    '5',
    '5s',
    '1..5',
    '',
    '"\\',
    'é\n',
    '007',
    '64KiB',
  ),
  fc.string({ maxLength: 10 }),
);
const textValue = text.map((one): Value => ({ kind: 'text', text: one, column }));
const numberValue = fc.oneof(
  fc
    .integer({ min: -1_000_000, max: 999_999_999 })
    .map((value): Value => ({ kind: 'number', value, unit: 'none', column })),
  fc
    .integer({ min: 0, max: 999_999 })
    .map((value): Value => ({ kind: 'number', value: value / 1_000, unit: 'none', column })),
  fc.integer({ min: 0, max: 864_000_000_000 }).map((value): Value => ({ kind: 'number', value, unit: 'time', column })),
  fc.integer({ min: 0, max: 999_999_999 }).map((value): Value => ({ kind: 'number', value, unit: 'size', column })),
);
const pattern = fc
  .tuple(fc.constantFrom('', 'a+', '^\\/x$', '[ab]'), fc.boolean())
  .map(([source, ignoresCase]): Value => ({ kind: 'pattern', source, ignoresCase, column }));

const valueFor = (type: FieldType) => (readsNumbers(type) ? fc.oneof(numberValue, textValue) : textValue);

const segment = fc.oneof(
  fc.constantFrom<string | number>('size', 'book', 0, 17, 'ping.interval', '12', 'a"]b'),
  fc.string({ maxLength: 5 }),
);
const path: fc.Arbitrary<Path> = fc.oneof(
  fc.constantFrom(...(Object.keys(FIELDS) as FieldName[])).map((name): Path => ({ kind: 'field', name, column })),
  fc
    .constantFrom(
      ['nonce'],
      ['msgtype'],
      ['peers', 0, 1],
      ['peers', 3, 0],
      ['peers', 'length'],
      ['peers'],
      ['ext', 2],
      ['ages', 0],
    )
    .map((steps): Path => ({ kind: 'body', path: steps, column })),
  fc
    .tuple(fc.constantFrom(null, 'n3', 'live'), fc.array(segment, { minLength: 1, maxLength: 4 }))
    .map(([node, steps]): Path => ({ kind: 'state', node, path: steps, column })),
  fc
    .tuple(fc.constantFrom(null, 'n3'), fc.constantFrom<'peers' | 'addrs'>('peers', 'addrs'))
    .map(([node, name]): Path => ({ kind: 'amount', node, name, column })),
);

function compared(left: Path, type: FieldType): fc.Arbitrary<Expression> {
  const of = (operator: Operator, values: fc.Arbitrary<readonly Value[]>) =>
    values.map((list): Expression => ({ kind: 'compare', left, operator, values: list, column }));
  const one = valueFor(type);
  return fc.oneof(
    fc.constantFrom<Operator>('=', '!=', '<', '<=', '>', '>=').chain((operator) => of(operator, fc.tuple(one))),
    fc.constantFrom<Operator>('~', '!~').chain((operator) => of(operator, fc.tuple(fc.oneof(textValue, pattern)))),
    of('in', fc.array(one, { minLength: 1, maxLength: 4 })),
    of('..', fc.tuple(one, one)),
  );
}

/** Trees that a text can give; types need not fit. */
export const trees: fc.Arbitrary<Expression> = fc.letrec<{ tree: Expression; call: Expression }>((tie) => ({
  call: fc.constantFrom(...(Object.keys(FUNCTIONS) as FunctionName[])).chain((name): fc.Arbitrary<Expression> => {
    const takes = functionRow(name).takes.map(
      (type): fc.Arbitrary<Argument> =>
        type === 'expression'
          ? tie('tree').map((expression) => ({ kind: 'expression', expression }))
          : valueFor(valueTypeOf(type)),
    );
    const call = fc.tuple(...takes).map((list) => ({ kind: 'call' as const, name, arguments: list, column }));
    if (functionRow(name).gives === 'truth') return call;
    return fc
      .tuple(call, numberValue)
      .map(([left, value]): Expression => ({ kind: 'compare', left, operator: '<', values: [value], column }));
  }),
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constant<Expression>({ kind: 'all', column }),
    path.chain((left) => compared(left, typeOfPath(left))),
    fc
      .tuple(fc.constantFrom<'and' | 'or'>('and', 'or'), fc.array(tie('tree'), { minLength: 2, maxLength: 3 }))
      .map(([kind, operands]) => join(kind, operands, column)),
    tie('tree').map((operand): Expression => ({ kind: 'not', operand, column })),
    tie('call'),
  ),
})).tree;

/** Pieces of expressions in any order, and anything else. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        ...'type from len t id conn kind body.nonce body.peers[0][0] state.peers.size n3.state.x[1] n3.peers peers addrs'.split(
          ' ',
        ),
        ...'ping pong in out all n3 #3 a1b2 10.0.0.4:5999 5 5s 64KiB 1..5 true ready gone count first rate before'.split(
          ' ',
        ),
        ...'= != < <= > >= ~ !~ & | && || ! and or not ( ) , .. /a+/ /(a /i "x" "\\ [ ] [" é reply(ping) count(addr)<4'.split(
          ' ',
        ),
        ...['state["a.b"].c', '"a b"', 'in (', 'tpye', ' '],
      ),
      { maxLength: 10 },
    )
    .chain((parts) => fc.constantFrom(' ', '', '  ').map((gap) => parts.join(gap))),
  fc
    .array(
      fc.tuple(
        fc.constantFrom(' & ', ' | ', ' ', ' and !', ' or not ', ') & ('),
        fc.constantFrom(
          'ping',
          'in',
          'len>64KiB',
          't in 1s..5m',
          'body.peers~n3',
          'count(addr)<4',
          'nth(in ping, 2)',
          'peers>=2',
        ),
        fc.constantFrom('', '', '', ' pong', ')', ' in', '=1'),
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map(
      (parts) => `(${parts.map(([joint, operand, end], at) => `${at === 0 ? '' : joint}${operand}${end}`).join('')})`,
    ),
  fc.string({ maxLength: 30, unit: 'binary' }),
  fc.string({ maxLength: 30 }),
);

/** The same tree with every column 0. */
export function withoutColumns<Tree>(tree: Tree): Tree {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'column' ? 0 : value))) as Tree;
}
