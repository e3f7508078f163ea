import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const CHECK_PENDING_MS = 10;

/**
 * Ends a busy timer of kafkajs 2.2.4 for every client in this process: after its first answer each connection wakes up
 * once a millisecond for ever, 4 % of a core on three brokers, and Node.js warns of a negative delay (K10).
 *
 * The timer is only needed while requests wait: for the end of a throttle, or for one in flight to be answered.
 */
export function calmRequestQueues(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue) {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
    const throttledMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : CHECK_PENDING_MS,
    );
  };
}
