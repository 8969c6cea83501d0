/**
 * Dials under way, each with the event that it began with: so a connection that comes is traced to the dial of another node of the same
 * world. It records nothing itself.
 */
import type { Recorded } from './ends.ts';

/** Addresses that are dialled, and dials to one of them under way. */
const DIALLED_MAX = 4_096;
const DIALS_MAX = 64;

export class Dials {
  /** By the address they go to: what they began with, and whose they are. */
  private readonly byAddress = new Map<string, { readonly node: Recorded; readonly index: number }[]>();

  began(node: Recorded, attempt: number, address: string, index: number): void {
    node.dials.set(attempt, index);
    const dials = this.byAddress.get(address) ?? [];
    if (dials.length < DIALS_MAX) dials.push({ node, index });
    this.byAddress.set(address, dials);
    // Those that were called off end without an event.
    if (this.byAddress.size > DIALLED_MAX) this.byAddress.delete(this.byAddress.keys().next().value ?? '');
  }

  ended(node: Recorded, attempt: number, address: string | null): void {
    const index = node.dials.get(attempt);
    node.dials.delete(attempt);
    const dials = address === null ? undefined : this.byAddress.get(address);
    if (address === null || dials === undefined) return;
    const rest = dials.filter((one) => one.index !== index);
    if (rest.length === 0) this.byAddress.delete(address);
    else this.byAddress.set(address, rest);
  }

  /** The event of the dial to that node that came from there, when it can be only one; else 0. */
  cameFrom(remote: string, { address }: Recorded): number {
    const dials = (address === null ? undefined : this.byAddress.get(address)) ?? [];
    const ip = hostOf(remote);
    const found = dials.filter((one) => one.node.address === null || hostOf(one.node.address) === ip);
    const [only] = found;
    return only !== undefined && found.length === 1 ? only.index : 0;
  }
}

const hostOf = (address: string) => address.slice(0, address.lastIndexOf(':'));
