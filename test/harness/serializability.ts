/** What a transaction did to a list, or saw of it. */
export type ListOperation =
  | { readonly kind: 'append'; readonly list: number; readonly value: number }
  | { readonly kind: 'read'; readonly list: number; readonly values: readonly number[] };

export interface ListTransaction {
  readonly id: number;
  /** Whose it was: transactions of one session that follow each other see each other. */
  readonly session: number;
  /** Moments of one clock; the end is infinite where nobody was told of it. */
  readonly begun: number;
  readonly ended: number;
  readonly outcome: 'committed' | 'rejected' | 'unknown';
  /** Of one whose outcome is unknown, what it appends is enough. */
  readonly operations: readonly ListOperation[];
}

type Dependency = 'ww' | 'wr' | 'order' | 'rw';

/** From a transaction to those that come after it, each with the reasons. */
type Graph = Map<number, Map<number, Set<Dependency>>>;

/** What is wrong with a history, and if nothing is, a serial order that explains it. */
export interface Verdict {
  readonly anomalies: readonly string[];
  readonly order: readonly ListTransaction[];
}

/**
 * Judges a history of transactions that append unique values to lists and read them. The lists at the end show the order of
 * all versions, so that every dependency is known: the history is serializable if they form no cycle. Names of anomalies are
 * those of Adya, as in Elle (https://github.com/jepsen-io/elle).
 */
export function judge(transactions: readonly ListTransaction[], end: ReadonlyMap<number, readonly number[]>): Verdict {
  const writerOf = new Map(transactions.flatMap((each) => appendsOf(each).map(({ value }) => [value, each] as const)));
  const anomalies = wrongLists(writerOf, end);
  const kept = new Set([...end.values()].flat());
  const committed: ListTransaction[] = [];
  for (const each of transactions) {
    const appends = appendsOf(each);
    const there = appends.filter(({ value }) => kept.has(value)).length;
    if (each.outcome === 'rejected' && there > 0) anomalies.push(`G1a: the rejected ${each.id} is kept`);
    if (each.outcome === 'committed' && there < appends.length) anomalies.push(`lost: of the committed ${each.id} something is not kept`);
    if (each.outcome === 'unknown' && there > 0 && there < appends.length) anomalies.push(`torn: the unknown ${each.id} is kept in part`);
    if (each.outcome === 'committed' || (each.outcome === 'unknown' && there > 0)) committed.push(each);
  }
  anomalies.push(...committed.flatMap((each) => wrongReads(each, end)));
  if (anomalies.length > 0) return { anomalies, order: [] };
  return judgeOrder(committed, dependencies(committed, writerOf, end));
}

function appendsOf({ operations }: ListTransaction): Extract<ListOperation, { kind: 'append' }>[] {
  return operations.filter((operation) => operation.kind === 'append');
}

function wrongLists(writerOf: ReadonlyMap<number, ListTransaction>, end: ReadonlyMap<number, readonly number[]>): string[] {
  return [...end].flatMap(([list, values]) => [
    ...values.filter((value) => !writerOf.has(value)).map((value) => `list ${list} has ${value}, which nobody appended`),
    ...values.filter((value, at) => values.indexOf(value) !== at).map((value) => `list ${list} has ${value} twice`),
  ]);
}

function wrongReads({ id, operations }: ListTransaction, end: ReadonlyMap<number, readonly number[]>): string[] {
  const own = new Map<number, number[]>();
  const wrong: string[] = [];
  for (const operation of operations) {
    const mine = own.get(operation.list) ?? [];
    if (operation.kind === 'append') own.set(operation.list, [...mine, operation.value]);
    else {
      const { list, values } = operation;
      const kept = end.get(list) ?? [];
      if (values.some((value, at) => value !== kept[at])) wrong.push(`${id} read [${values}] of list ${list}, which became [${kept}]`);
      if (String(values.slice(values.length - mine.length)) !== String(mine)) wrong.push(`internal: ${id} did not read its own [${mine}]`);
    }
  }
  return wrong;
}

function dependencies(
  committed: readonly ListTransaction[],
  writerOf: ReadonlyMap<number, ListTransaction>,
  end: ReadonlyMap<number, readonly number[]>,
): Graph {
  const graph: Graph = new Map(committed.map(({ id }) => [id, new Map()]));
  const add = (before: ListTransaction | undefined, after: ListTransaction | undefined, why: Dependency) => {
    if (!before || !after || before === after) return;
    const later = graph.get(before.id);
    later?.set(after.id, (later.get(after.id) ?? new Set()).add(why));
  };
  const writer = (value: number | undefined) => (value === undefined ? undefined : writerOf.get(value));
  for (const values of end.values()) for (const [at, value] of values.entries()) add(writer(value), writer(values[at + 1]), 'ww');
  for (const reader of committed) {
    for (const operation of reader.operations) {
      if (operation.kind === 'append' || reader.outcome === 'unknown') continue;
      add(writer(operation.values.at(-1)), reader, 'wr');
      add(reader, writer(end.get(operation.list)?.[operation.values.length]), 'rw');
    }
  }
  // Who writes has seen everything that was acknowledged before; who only reads, what their own session did.
  for (const before of committed) {
    for (const after of committed) {
      if (before.ended < after.begun && (before.session === after.session || appendsOf(after).length > 0)) add(before, after, 'order');
    }
  }
  return graph;
}

function judgeOrder(committed: readonly ListTransaction[], graph: Graph): Verdict {
  const kinds: readonly (readonly Dependency[])[] = [['ww'], ['ww', 'wr'], ['ww', 'wr', 'order', 'rw']];
  for (const some of kinds) {
    const cycle = cycleIn(graph, new Set(some));
    if (cycle) return { anomalies: [nameOf(cycle, graph)], order: [] };
  }
  const left = new Map(committed.map((each) => [each.id, each]));
  const order: ListTransaction[] = [];
  while (left.size > 0) {
    const next = [...left.values()].find(({ id }) => ![...left.keys()].some((other) => graph.get(other)?.has(id)));
    // There is no cycle, so one of them comes after none of the others.
    if (!next) break;
    left.delete(next.id);
    order.push(next);
  }
  return { anomalies: [], order };
}

function cycleIn(graph: Graph, some: ReadonlySet<Dependency>): number[] | undefined {
  const state = new Map<number, 'open' | 'done'>();
  const path: number[] = [];
  const visit = (id: number): number[] | undefined => {
    if (state.get(id) === 'done') return undefined;
    if (state.get(id) === 'open') return path.slice(path.indexOf(id));
    state.set(id, 'open');
    path.push(id);
    for (const [next, why] of graph.get(id) ?? []) {
      const cycle = [...why].some((each) => some.has(each)) ? visit(next) : undefined;
      if (cycle) return cycle;
    }
    path.pop();
    state.set(id, 'done');
    return undefined;
  };
  for (const id of graph.keys()) {
    const cycle = visit(id);
    if (cycle) return cycle;
  }
  return undefined;
}

function nameOf(cycle: readonly number[], graph: Graph): string {
  const steps = cycle.map((id, at) => [...(graph.get(id)?.get(cycle[(at + 1) % cycle.length] ?? id) ?? [])]);
  const weak = steps.filter((why) => !why.some((each) => each !== 'rw')).length;
  const isOnly = (kind: Dependency) => steps.every((why) => why.includes(kind));
  const name = isOnly('ww') ? 'G0' : weak === 0 ? 'G1c' : weak === 1 ? 'G-single' : 'G2';
  return `${name}: ${cycle.map((id, at) => `${id} -${steps[at]?.join('/')}->`).join(' ')} ${cycle[0]}`;
}
