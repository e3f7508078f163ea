import { type App, Fn, Stack } from 'aws-cdk-lib';
import { addGatewayEndpoints, InterfaceEndpoints, interfaceServicesOf } from '../constructs/endpoints.ts';
import { SecurityGroups } from '../constructs/security-groups.ts';
import { importedVpc, madeVpc, type PrivateNetwork } from '../constructs/vpc.ts';
import type { CloudEnvironment } from '../environment.ts';
import { stackPropsOf } from './stack-props.ts';

/** The VPC, made or imported, and who may talk to whom in it. */
export class NetworkStack extends Stack {
  readonly network: PrivateNetwork;
  readonly securityGroups: SecurityGroups;
  readonly #zones: readonly string[];

  constructor(app: App, id: string, environment: CloudEnvironment) {
    super(app, id, stackPropsOf(environment, 'network', 'VPC and security groups'));
    const { settings } = environment;
    const { network } = settings;
    this.#zones = zonesOf(network.availabilityZones);
    this.network =
      network.kind === 'made' ? madeVpc(this, 'vpc', settings, network) : importedVpc(this, 'vpc', network);
    const { vpc } = this.network;
    this.securityGroups = new SecurityGroups(this, 'security-groups', { vpc, environment });
    if (network.egress === 'endpoints') {
      if (network.kind === 'imported') addGatewayEndpoints(vpc, this.network);
      new InterfaceEndpoints(this, 'endpoints', {
        network: this.network,
        services: interfaceServicesOf(environment),
        callers: this.securityGroups.callers,
      });
    }
  }

  /** Not looked up in the account: a synthesis needs no credentials, and Express needs three zones. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }
}

/** The first zones of the region, whichever it is, where only their number is given. */
const zonesOf = (zones: number | readonly string[]): readonly string[] =>
  typeof zones === 'number' ? Array.from({ length: zones }, (_, index) => Fn.select(index, Fn.getAzs())) : zones;
