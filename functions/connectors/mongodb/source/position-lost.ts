/** The place that a change stream was to go on from can't be read any more; `position.lost` says what follows. */
export class PositionLost extends Error {
  override readonly name = 'PositionLost';
  /** The server's; nothing where the stored text was no resume token. */
  readonly code: number | undefined;

  constructor(message: string, options: { cause: unknown; code?: number }) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}
