import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const entryPoints = {
  source: 'functions/source/run-source.ts',
  sink: 'functions/sink/handler.ts',
  replay: 'functions/replay/handler.ts',
};

test.each(Object.entries(entryPoints))(
  'the %s emits its metrics under the service that dashboards and alarms ask for',
  (service, file) => {
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(new RegExp(`createMetrics\\('tailrace-${service}', \\{ environment`));
  },
);
