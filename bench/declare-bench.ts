import { parseArgs } from 'node:util';

/** The default decides what is accepted: a number, a text, or a switch (`false`). */
export type OptionDeclaration = { readonly default: number | string | boolean; readonly what: string };
export type OptionDeclarations = Readonly<Record<string, OptionDeclaration>>;

type Widened<Value> = Value extends number ? number : Value extends string ? string : boolean;
export type OptionValues<Options extends OptionDeclarations> = {
  readonly [Name in keyof Options]: Widened<Options[Name]['default']>;
};

export type Bench<Options extends OptionDeclarations = OptionDeclarations> = {
  /** One sentence for `npm run bench -- --help`. */
  readonly what: string;
  readonly options: Options;
  run(options: OptionValues<Options>): Promise<void>;
};

/** A bench with its options typed by their declarations. */
export const declareBench = <const Options extends OptionDeclarations>(bench: Bench<Options>): Bench<Options> => bench;

/**
 * The values of a bench's options: what the command line says, else the defaults.
 *
 * @throws TypeError of an unknown option or of one whose value is missing, RangeError of a number that is none.
 */
export function parseOptions<Options extends OptionDeclarations>(
  declarations: Options,
  args: readonly string[],
): OptionValues<Options> {
  const options = Object.fromEntries(
    Object.entries(declarations).map(([name, declared]) => [
      name,
      { type: typeof declared.default === 'boolean' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { values } = parseArgs({ args: [...args], options, strict: true });
  const parsed = Object.entries(declarations).map(([name, declared]) => [
    name,
    values[name] === undefined ? declared.default : toValue(name, values[name], declared.default),
  ]);
  return Object.fromEntries(parsed);
}

function toValue(name: string, value: unknown, standard: OptionDeclaration['default']): unknown {
  if (typeof standard !== 'number') return value;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && value !== '') return number;
  throw new RangeError(`Expected a whole number for --${name}, got '${value}'`);
}

/** The help's lines of one bench. */
export function toHelp(name: string, { options, what }: Pick<Bench, 'what' | 'options'>): string {
  const flags = Object.entries(options).map(([option, { default: standard, what: meaning }]) => {
    const flag = typeof standard === 'boolean' ? `--${option}` : `--${option} ${standard}`;
    return `      ${flag.padEnd(34)} ${meaning}`;
  });
  return [`  ${name.padEnd(10)} ${what}`, ...flags].join('\n');
}
