/** How each kind of value looks in a JSON output; kinds that look the same everywhere aren't named. */
export type JsonFormat = {
  readonly int32: 'bare' | 'wrapped';
  readonly int64: 'bare' | 'wrapped';
  /**
   * `special`: wrapped are only NaN and the infinities, which no JSON number can be. `legacy`: the same inside of a JSON
   * text, but bare where such a value is a text of its own.
   */
  readonly double: 'wrapped' | 'special' | 'legacy';
  readonly decimal128: 'text' | 'wrapped';
  readonly date: 'number' | 'wrapped' | 'text' | 'relaxed';
  readonly objectId: 'text' | 'wrapped';
  /** `legacy`: the form of extended JSON v1. */
  readonly binary: 'text' | 'wrapped' | 'legacy';
  readonly regex: 'wrapped' | 'legacy';
  readonly symbol: 'text' | 'wrapped';
  readonly dbPointer: 'wrapped' | 'legacy';
};

const defaultJson: JsonFormat = {
  int32: 'bare',
  int64: 'wrapped',
  // the peer writes NaN and Infinity bare everywhere, which no JSON reader takes
  double: 'legacy',
  decimal128: 'wrapped',
  date: 'number',
  objectId: 'wrapped',
  binary: 'legacy',
  regex: 'legacy',
  symbol: 'wrapped',
  dbPointer: 'legacy',
};

const relaxed: JsonFormat = {
  int32: 'bare',
  int64: 'bare',
  double: 'special',
  decimal128: 'wrapped',
  date: 'relaxed',
  objectId: 'wrapped',
  binary: 'wrapped',
  regex: 'wrapped',
  symbol: 'wrapped',
  dbPointer: 'legacy',
};

/** The peer's three formatters, and the relaxed form that it writes resume tokens in. */
export const JSON_FORMATS = {
  default: defaultJson,
  extended: {
    int32: 'wrapped',
    int64: 'wrapped',
    double: 'wrapped',
    decimal128: 'wrapped',
    date: 'wrapped',
    objectId: 'wrapped',
    binary: 'wrapped',
    regex: 'wrapped',
    symbol: 'wrapped',
    dbPointer: 'wrapped',
  },
  simplified: {
    ...relaxed,
    decimal128: 'text',
    date: 'text',
    objectId: 'text',
    binary: 'text',
    symbol: 'text',
  },
  relaxed,
} as const satisfies Record<string, JsonFormat>;
