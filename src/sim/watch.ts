/**
 * Expressions that are asked while a simulated world goes on: what happens goes in, whether one holds comes out. Of messages each is
 * seen once, when it arrives.
 */
import type { NodeEvent } from '../core/events.ts';
import type { Watcher } from '../core/simulation.ts';
import { readExpression } from '../query/check.ts';
import { QueryError } from '../query/errors.ts';
import type { Expression } from '../query/expression.ts';
import { momentaryPart } from '../query/lasting.ts';
import { compile, compileState, type Matcher, needsEvents } from '../query/match.ts';
import { emptyObservation } from '../query/observation.ts';
import { createScope, knownIn, type LivingScope } from '../query/scope.ts';
import type { Host, Network } from './network.ts';
import { nodeOf, type Population } from './population.ts';

export interface Watch {
  readonly scope: LivingScope;
  /** Throws a QueryError when the text is no expression of this world. */
  add(
    text: string,
    node: string,
  ): Watcher & {
    /** Whether it holds with nothing happening; what was counted counts. */
    holds(): boolean;
  };
  /** The truth of a text at a node now; null when the past has to be counted for it. Throws a QueryError when only something that happens could answer. */
  ask(text: string): ((node: string) => boolean) | null;
  /** Whether somebody asks of states without a watcher, and is to be answered as soon. */
  follow(isWanted: boolean): void;
  /** While the world is on its way to another moment nothing is a hit. */
  mute(isMuted: boolean): void;
}

interface Watching {
  readonly matcher: Matcher;
  isHit: boolean;
}

/** The names of the nodes are gathered anew only when the population changes. */
function namesOf(network: Network): () => readonly string[] {
  let at = -1;
  let names: readonly string[] = [];
  return () => {
    if (at !== network.moves) names = [...network.names.keys()];
    at = network.moves;
    return names;
  };
}

/** `known` are the names of nodes that are there, were or will be. */
export function createWatch(network: Network, population: Population, known: () => readonly string[]): Watch {
  const present = createScope({
    names: namesOf(network),
    state: (name) => {
      const host = network.names.get(name);
      return host === undefined ? null : nodeOf(host);
    },
  });
  const scope: LivingScope = {
    ...present,
    nodes: known,
    // Who is still to join is no part of one piece.
    converged: () => population.announced.size === 0 && present.converged(),
  };
  let watching: readonly Watching[] = [];
  /** Of all kinds. */
  let open = 0;
  let isFollowed = false;
  let isMuted = false;
  const observation = emptyObservation();

  function observe(host: Host, event: NodeEvent | null): void {
    if (event !== null) scope.note(host.name, event);
    if (watching.length === 0 || isMuted) return;
    fill(host, event);
    for (const one of watching)
      if ((event !== null || one.matcher.looksAtMessages) && one.matcher.test(observation)) one.isHit = true;
  }

  function fill(host: Host, event: NodeEvent | null): void {
    observation.t = network.kernel.now;
    observation.index = network.events;
    observation.node = host.name;
    if (event === null) {
      const { last } = network;
      observation.kind = 'message';
      observation.dir = 'in';
      observation.from = last.peer?.name ?? null;
      observation.to = host.name;
      observation.message = last.message;
      observation.n = last.number;
      observation.id = last.peer === null ? null : nodeOf(last.peer).id;
      return;
    }
    observation.kind = event.kind;
    observation.dir = 'dir' in event ? (event.dir === 'inbound' ? 'in' : 'out') : null;
    observation.from = null;
    observation.to = null;
    observation.message = null;
    observation.n = 'n' in event ? (event.n ?? 0) : 0;
    observation.id = 'id' in event ? event.id : null;
  }

  function listen(): void {
    const isWanted = open > 0 || isFollowed;
    if (isWanted && network.observe === null) scope.reset();
    network.observe = isWanted ? observe : null;
  }

  return {
    scope,
    add(text, node) {
      const expression = readExpression(text, knownIn(scope));
      const state = stateTest(expression, scope);
      const one: Watching = { matcher: compile(expression, scope), isHit: false };
      if (state === null) watching = [...watching, one];
      open += 1;
      listen();
      let isOpen = true;
      return {
        holds: () => one.matcher.holds(node),
        hit() {
          if (state !== null) return state(node);
          const { isHit } = one;
          one.isHit = false;
          return isHit;
        },
        close() {
          if (!isOpen) return;
          isOpen = false;
          open -= 1;
          watching = watching.filter((other) => other !== one);
          listen();
        },
      };
    },
    ask(text) {
      const expression = readExpression(text, knownIn(scope));
      const momentary = momentaryPart(expression);
      if (momentary !== null) throw needsEvents(momentary);
      return stateTest(expression, scope);
    },
    follow(isWanted) {
      if (isWanted === isFollowed) return;
      isFollowed = isWanted;
      listen();
    },
    mute(muted) {
      isMuted = muted;
    },
  };
}

/** What is about states alone is asked of them when somebody wants to know; null: it is about what happens. */
function stateTest(expression: Expression, scope: LivingScope): ((node: string) => boolean) | null {
  try {
    return compileState(expression, scope);
  } catch (error) {
    if (error instanceof QueryError) return null;
    throw error;
  }
}
