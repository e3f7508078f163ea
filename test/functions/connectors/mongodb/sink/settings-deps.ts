import type { SettingsDeps } from '../../../../../functions/connectors/mongodb/sink/topic-plans.ts';

/** What topics' settings need where chance, time and transformers don't matter. */
export const SETTINGS_DEPS: SettingsDeps = {
  random: (count) => new Uint8Array(count),
  now: () => 0,
  transformers: new Map(),
};
