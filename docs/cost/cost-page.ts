import { environmentNames, loadEnvironment, requireCloud } from '../../infra/environment.ts';
import { code, toTable } from '../property-page.ts';
import { type CostItem, flowOf, monthlyCost } from './monthly-cost.ts';
import { loadPrices, type PriceList } from './price-list.ts';

const PARTS = { ours: 'Tailrace', ground: 'what it stands on' } as const;

/** What each environment costs in a month, from its files and `docs/cost/prices.json`. */
export function costPage(): string {
  const list = loadPrices();
  const { assumptions, currency, date, region } = list;
  const sections = environmentNames()
    .filter((name) => name !== 'local')
    .flatMap((name) => toSection(name, list));
  return [
    ...['# Costs', ''],
    '<!-- Written by "npm run docs" from the environment files and docs/cost/prices.json: change those, not this page. -->',
    '',
    `What an environment costs in a month of ${assumptions.hoursPerMonth} hours, in ${currency}, at list prices of ${region} as of ${date}.`,
    '**Idle**: everything is deployed and nothing changes. **Busy**: every source has',
    `${assumptions.changesPerSecond} changes a second of ${assumptions.bytesPerRecord} bytes all month, and a sink writes each of them. A price that nobody looked up`,
    'says so below: compare it with the price pages before you decide by it. Your region, discounts, taxes and traffic are yours',
    'to put in: edit `docs/cost/prices.json` and the environment files, then `npm run docs`.',
    '',
    ...sections,
    ...notCounted,
    ...toInputs(list),
  ].join('\n');
}

function toSection(name: string, list: PriceList): string[] {
  const environment = requireCloud(loadEnvironment(name));
  const connectors = environment.sources.length + environment.sinks.length;
  const mskConnect = connectors * list.prices.mskConnectUnitHour * list.assumptions.hoursPerMonth;
  const items = monthlyCost(environment, list);
  const { changes } = flowOf(environment, list);
  const sum = (of: readonly CostItem[]) => ({
    idle: of.reduce((total, { idle }) => total + idle, 0),
    busy: of.reduce((total, { busy }) => total + busy, 0),
  });
  const rows = (['ours', 'ground'] as const).flatMap((part) => {
    const own = items.filter((item) => item.part === part);
    return [
      ...own.map(({ busy, idle, what }) => [what, toAmount(idle), toAmount(busy)]),
      ...(own.length > 0 ? [toRow(`**${capital(PARTS[part])}**`, sum(own))] : []),
    ];
  });
  const ours = sum(items.filter(({ part }) => part === 'ours'));
  const perMillion =
    changes === 0
      ? []
      : [
          `Busy that is ${Math.round(changes / 1e6)} million changes a month: a million costs ${toAmount((ours.busy / changes) * 1e6)} for Tailrace, ${toAmount(((ours.busy - ours.idle) / changes) * 1e6)} of it more than idle.`,
          '',
        ];
  return [
    ...[`## ${name}`, ''],
    ...toTable(['', 'Idle', 'Busy'], [...rows, toRow('**Together**', sum(items))]),
    ...['', ...perMillion],
    `The same ${connectors} connectors on MSK Connect, each with one worker of one unit, cost ${toAmount(mskConnect)}, idle or busy.`,
    '',
  ];
}

const toRow = (what: string, { busy, idle }: { idle: number; busy: number }): string[] => [
  what,
  `**${toAmount(idle)}**`,
  `**${toAmount(busy)}**`,
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const toAmount = (amount: number): string => amount.toFixed(2);

const notCounted = [
  ...['## Not counted', ''],
  '- MongoDB itself, and what reaching it costs besides NAT gateways (PrivateLink, peering, traffic between zones).',
  '- Traffic between availability zones: about 0.01 a GB in each direction.',
  '- The claim check bucket, dead letters, replays, SNS, the storage of logs and of the table: cents, unless values are large.',
  '- A copy of what exists: as many writes and puts as there are documents, once.',
  '- Free tiers.',
  '',
];

function toInputs({ assumptions, fromMemory, prices }: PriceList): string[] {
  const flat = Object.entries(prices).flatMap(([name, price]): [string, number][] =>
    typeof price === 'number' ? [[name, price]] : Object.entries(price),
  );
  const memory = new Set(fromMemory);
  return [
    ...['## Prices', ''],
    ...toTable(
      ['Price', 'Amount', ''],
      flat.map(([name, price]) => [code(name), String(price), memory.has(name) ? 'from memory, check it' : '']),
    ),
    ...['', '## Assumptions', ''],
    ...toTable(
      ['Assumption', 'Value'],
      Object.entries(assumptions).map(([name, value]) => [code(name), String(value)]),
    ),
    '',
  ];
}
