import { setTimeout as sleep } from 'node:timers/promises';
import { type BrowserKind, startBrowser } from './browser.js';
import type { PageServer } from './page-server.js';
import type { End } from './plan.js';
import type { Plan, Report } from './protocol.js';

/** A page that has not answered by then never will. */
const ANSWER_MS = 45_000;

export interface SessionOptions {
  readonly kind: BrowserKind;
  readonly profile: string;
  readonly server: PageServer;
  readonly plan: Plan;
  /** Undefined for a page that only looks: it is killed when it has. */
  readonly end: End | undefined;
  readonly onReport: (report: Report) => void;
  readonly isStopping: () => boolean;
}

/** How a session came to its end: as planned, a page refused, or did not answer, the browser ended by itself, or the run is stopped. */
export type Ending = 'planned' | 'refused' | 'silent' | 'ended' | 'stopped';

/** Starts a browser, listens to its pages, and ends it as planned. */
export async function runSession({ kind, profile, server, plan, end, onReport, isStopping }: SessionOptions): Promise<Ending> {
  const awaited = end?.after ?? 'found';
  const reached = new Set<number>();
  let ending: Ending | undefined;
  let isDying = false;
  server.hear(plan.session, (tab, report) => {
    if (report.is === awaited) reached.add(tab);
    if (report.is === 'refused' && !isDying) ending = 'refused';
    // Pages see their browser die around them, and say so; an acknowledgement is one all the same.
    if (!isDying || report.is === 'kept' || report.is === 'rewinding' || report.is === 'rewound') onReport(report);
  });
  const browser = await startBrowser(kind, profile, server.address(plan));
  try {
    const needed = awaited === 'opening' ? 1 : plan.tabs;
    const deadline = Date.now() + ANSWER_MS;
    while (ending === undefined && reached.size < needed && !isStopping() && !browser.hasEnded() && Date.now() < deadline) await sleep(5);
    if (isStopping()) ending = 'stopped';
    else if (reached.size < needed) ending ??= browser.hasEnded() ? 'ended' : 'silent';
    if (ending === undefined) await sleep(end?.ms ?? 0);
    return ending ?? 'planned';
  } finally {
    isDying = true;
    await browser.kill();
  }
}
