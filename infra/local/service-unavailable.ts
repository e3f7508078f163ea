import { ConfigError } from '../../functions/connect/errors.ts';

/** A service of one machine that cannot be had until a person installs, starts or corrects something. */
export function serviceUnavailable(message: string, cause?: unknown): ConfigError {
  return new ConfigError([{ property: '', message }], 'SERVICE_UNAVAILABLE', { cause });
}
