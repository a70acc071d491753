/** A page that slept may have missed hints: it was hidden, in the back/forward cache, or frozen. */
const WAKE_UP_EVENTS = ['visibilitychange', 'pageshow', 'resume'] as const;

/** Calls `listener` when the page comes back to life. @returns what ends it. */
export function onWakeUp(targets: readonly EventTarget[], listener: () => void): () => void {
  for (const target of targets) for (const event of WAKE_UP_EVENTS) target.addEventListener(event, listener);
  return () => {
    for (const target of targets) for (const event of WAKE_UP_EVENTS) target.removeEventListener(event, listener);
  };
}
