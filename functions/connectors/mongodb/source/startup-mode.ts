import type { SourceConfig } from './properties.ts';

export type StartupMode = 'latest' | 'timestamp' | 'copy_existing';

/** What a connector without a stored position begins with; the deprecated property counts only where no mode is set. */
export function startupModeOf(config: Pick<SourceConfig, 'startupMode' | 'copyExisting'>): StartupMode {
  if (config.startupMode !== '') return config.startupMode;
  return config.copyExisting ? 'copy_existing' : 'latest';
}
