/** How long each of many waits may take that come one after the other. */
export type TimeLimit = {
  begin(ms: number): void;
  end(): void;
  /** No more waits come. */
  close(): void;
};

/**
 * One timer for all waits: to start one anew costs less than another one for each, when they are many and short.
 */
export function createTimeLimit(onOver: (ms: number) => void): TimeLimit {
  let timer: NodeJS.Timeout | undefined;
  let timerMs = 0;
  let isWaiting = false;

  return {
    begin(ms) {
      isWaiting = true;
      if (timer && ms === timerMs) timer.refresh();
      else {
        clearTimeout(timer);
        timer = setTimeout(() => isWaiting && onOver(ms), ms);
        timerMs = ms;
      }
    },
    end() {
      isWaiting = false;
    },
    close: () => clearTimeout(timer),
  };
}
