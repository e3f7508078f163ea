import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogFields } from '../connect/log.ts';

/** JSON lines on standard output, as CloudWatch Logs wants them; every line carries `fields`. */
export function createLog(service: string, fields: LogFields = {}): Log {
  const logger = new Logger({ serviceName: service, persistentLogAttributes: fields });
  return {
    debug: (message, more = {}) => logger.debug(message, more),
    info: (message, more = {}) => logger.info(message, more),
    warn: (message, more = {}) => logger.warn(message, more),
    error: (message, more = {}) => logger.error(message, more),
  };
}
