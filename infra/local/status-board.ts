/** Lines that stay at the bottom of a terminal; elsewhere they are printed again when they changed. */
export type StatusBoard = {
  show(lines: readonly string[]): void;
  /** A line that stays, above the others. */
  print(line: string): void;
};

type Output = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

const UP_AND_CLEAR = '\u001b[1A\u001b[2K';

export function statusBoard(output: Output): StatusBoard {
  let shown: readonly string[] = [];

  function draw(lines: readonly string[]): void {
    // a line that wraps would take two rows, and the next drawing would clear too few
    const fitting = lines.map((line) => line.slice(0, (output.columns ?? 120) - 1));
    output.write(fitting.map((line) => `${line}\n`).join(''));
    shown = fitting;
  }

  function clear(): void {
    if (output.isTTY) output.write(UP_AND_CLEAR.repeat(shown.length));
  }

  return {
    show(lines) {
      if (!output.isTTY && lines.join('\n') === shown.join('\n')) return;
      clear();
      draw(lines);
    },
    print(line) {
      clear();
      output.write(`${line}\n`);
      if (output.isTTY) draw(shown);
    },
  };
}
