/**
 * Plain data of the core as JSON: maps, typed arrays, addresses, numbers that JSON has not, and objects that several places share go in;
 * JSON comes out, and the same data of it again. It knows no shape: what a node's state gains later is written, too.
 */
import { type Address, parseAddress } from '../wire/address.ts';

type Json = unknown;
type Fields = Readonly<Record<string, unknown>>;

const ARRAYS = { Int32Array, Uint32Array, Uint16Array, Uint8Array, Float64Array } as const;
type ArrayName = keyof typeof ARRAYS;

/** Marks of what is no plain JSON; no field of the core begins like them. */
const ADDRESS = '$address';
const NUMBER = '$number';
const MAP = '$map';
const ARRAY = '$array';
const SHARED = '$shared';
const AGAIN = '$again';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isAddress = (value: object): value is Address => 'groupHash' in value && 'text' in value;

/** Throws where there is something that is no plain data. */
export function toJson(value: unknown): Json {
  const shared = sharedIn(value);
  const written = new Map<object, number>();
  const write = (one: unknown): Json => {
    if (typeof one === 'number')
      return Number.isFinite(one) && !Object.is(one, -0) ? one : { [NUMBER]: numberText(one) };
    if (one === undefined) return { [NUMBER]: 'undefined' };
    if (typeof one === 'function' || typeof one === 'symbol' || typeof one === 'bigint')
      throw new Error(`a ${typeof one} is no plain data`);
    if (!isObject(one)) return one;
    if (isAddress(one)) return { [ADDRESS]: one.text };
    if (Array.isArray(one)) return one.map(write);
    if (one instanceof Map) return { [MAP]: [...one].map(([key, held]) => [write(key), write(held)]) };
    if (ArrayBuffer.isView(one)) return { [ARRAY]: one.constructor.name, of: [...(one as Uint8Array)].map(write) };
    const known = written.get(one);
    if (known !== undefined) return { [AGAIN]: known };
    if (!shared.has(one)) return writeFields(one);
    const number = written.size + 1;
    written.set(one, number);
    return { [SHARED]: number, is: writeFields(one) };
  };
  const writeFields = (one: object) => Object.fromEntries(Object.entries(one).map(([key, held]) => [key, write(held)]));
  return write(value);
}

const numberText = (number: number) => (Object.is(number, -0) ? '-0' : String(number));

/** Objects that are reached more than once. */
function sharedIn(value: unknown): ReadonlySet<object> {
  const seen = new Set<object>();
  const shared = new Set<object>();
  const look = (one: unknown): void => {
    if (!isObject(one) || isAddress(one) || ArrayBuffer.isView(one)) return;
    if (Array.isArray(one)) return one.forEach(look);
    if (one instanceof Map) return one.forEach(look);
    if (seen.has(one)) return void shared.add(one);
    seen.add(one);
    Object.values(one).forEach(look);
  };
  look(value);
  return shared;
}

/** Throws where it is not what `toJson` wrote. */
export function fromJson(json: Json): unknown {
  const addresses = new Map<string, Address>();
  const shared = new Map<unknown, object>();
  const read = (one: Json): unknown => {
    if (!isObject(one)) return one;
    if (Array.isArray(one)) return one.map(read);
    const fields = one as Fields;
    if (ADDRESS in fields) return readAddress(fields[ADDRESS], addresses);
    if (NUMBER in fields) return fields[NUMBER] === 'undefined' ? undefined : Number(fields[NUMBER]);
    if (MAP in fields) return new Map((fields[MAP] as [Json, Json][]).map(([key, held]) => [read(key), read(held)]));
    if (ARRAY in fields) return ARRAYS[fields[ARRAY] as ArrayName].from((fields['of'] as Json[]).map(read) as number[]);
    if (AGAIN in fields) return given(shared.get(fields[AGAIN]));
    if (!(SHARED in fields)) return readFields(fields);
    const object = readFields(fields['is'] as Fields);
    shared.set(fields[SHARED], object);
    return object;
  };
  const readFields = (fields: Fields) =>
    Object.fromEntries(Object.entries(fields).map(([key, held]) => [key, read(held)]));
  return read(json);
}

function readAddress(text: unknown, known: Map<string, Address>): Address {
  const address = known.get(text as string) ?? parseAddress(String(text));
  known.set(String(text), given(address));
  return given(address);
}

function given<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('not what was written');
  return value;
}
