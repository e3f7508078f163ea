import { MongoClient } from 'mongodb';
import { messageOf } from '../../../connect/errors.ts';

const SCHEMES = ['mongodb://', 'mongodb+srv://'] as const;

/** Options of MongoDB's Java driver that Node.js's refuses; they mean nothing here, so they are left out. */
const JAVA_ONLY = new Set([
  'uuidrepresentation',
  'sslinvalidhostnameallowed',
  'waitqueuemultiple',
  'streamtype',
  'safe',
]);

/** Why a connection string cannot be used, or nothing. Does not connect; the words are the peer's where it has some. */
export function refuseConnectionString(uri: string): string | undefined {
  if (!SCHEMES.some((scheme) => uri.startsWith(scheme))) {
    return "The connection string is invalid. Connection strings must start with either 'mongodb://' or 'mongodb+srv://";
  }
  try {
    new MongoClient(toDriverUri(uri));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The hosts, with ports as written, for names and messages: without user, password and options. */
export function hostsOf(uri: string): readonly string[] {
  const withoutScheme = uri.slice(uri.indexOf('//') + 2);
  const authority = withoutScheme.split(/[/?]/, 1)[0] ?? '';
  // the path of a socket stands there with its slashes encoded
  return authority
    .slice(authority.lastIndexOf('@') + 1)
    .split(',')
    .map((host) => decodeURIComponent(host));
}

/** The scheme as written, with `://`. */
export const schemeOf = (uri: string): string => SCHEMES.find((scheme) => uri.startsWith(scheme)) ?? SCHEMES[0];

/** Whether an option is set, in any case. */
export const hasOption = (uri: string, option: string): boolean =>
  optionsOf(uri).some(({ name }) => name === option.toLowerCase());

/** The value of an option as written, in any case of its name; the first where it is set twice. */
export const optionOf = (uri: string, option: string): string | undefined =>
  optionsOf(uri)
    .find(({ name }) => name === option.toLowerCase())
    ?.text.split('=')
    .slice(1)
    .join('=');

/** Options of the Java driver that are left out, for a warning. */
export const javaOnlyOptionsOf = (uri: string): readonly string[] =>
  optionsOf(uri)
    .filter(({ name }) => JAVA_ONLY.has(name))
    .map(({ text }) => text.split('=', 1)[0] ?? text);

/** The connection string as Node.js's driver takes it. */
export function toDriverUri(uri: string): string {
  if (javaOnlyOptionsOf(uri).length === 0) return uri;
  const kept = optionsOf(uri).filter(({ name }) => !JAVA_ONLY.has(name));
  const query = kept.map(({ text }) => text).join('&');
  return uri.slice(0, uri.indexOf('?')) + (query ? `?${query}` : '');
}

function optionsOf(uri: string): readonly { name: string; text: string }[] {
  const query = uri.includes('?') ? uri.slice(uri.indexOf('?') + 1) : '';
  return query
    .split(/[&;]/)
    .filter((text) => text !== '')
    .map((text) => ({ name: (text.split('=', 1)[0] ?? '').toLowerCase(), text }));
}
