/** The name of a sink's function, as the stacks make it: Lambda takes no dots. */
export const sinkFunctionOf = (environment: string, connector: string): string =>
  `tailrace-${environment}-sink-${connector.replaceAll('.', '-')}`;
