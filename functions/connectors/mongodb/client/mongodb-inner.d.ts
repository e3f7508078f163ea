/** The inner modules of mongodb 7.9.0, pinned exactly, that cursor-commands.ts stands on. */
declare module 'mongodb/lib/operations/execute_operation.js' {
  export function executeOperation(
    client: import('mongodb').MongoClient,
    operation: import('mongodb/lib/operations/run_command.js').RunCommandOperation,
  ): Promise<import('mongodb').Document>;
}

declare module 'mongodb/lib/operations/run_command.js' {
  export class RunCommandOperation {
    constructor(
      namespace: import('mongodb').MongoDBNamespace,
      command: import('mongodb').Document,
      options: import('mongodb').RunCommandOptions,
    );
    /** The server that it went to, or has to go to. */
    server: { readonly description: import('mongodb').ServerDescription } | undefined;
    hasAspect(aspect: symbol): boolean;
  }
}

declare module 'mongodb/lib/operations/operation.js' {
  export const Aspect: { readonly MUST_SELECT_SAME_SERVER: symbol };
}

declare module 'mongodb/lib/utils.js' {
  export const ns: (database: string) => import('mongodb').MongoDBNamespace;
}
