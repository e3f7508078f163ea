import type { Plugin } from 'esbuild';

/** The file that holds what the driver needs for the mechanism MONGODB-AWS alone. */
const CREDENTIALS = 'aws-credentials';

/**
 * Keeps out of what a cold start reads two things that MongoDB's driver brings along, together larger than itself.
 *
 * It reads connection strings with a copy of the URL standard in JavaScript, which has the tables of all Unicode host
 * names; Node has the same standard inside. And it requires the credentials of AWS in the middle of a function, where
 * esbuild can't put them into a chunk: they become a file of their own.
 */
export const lighterDriver: Plugin = {
  name: 'lighter-driver',
  setup(build) {
    build.onResolve({ filter: /^whatwg-url$/ }, ({ path }) => ({ path, namespace: 'inside-node' }));
    build.onLoad({ filter: /^whatwg-url$/, namespace: 'inside-node' }, () => ({
      contents: 'module.exports = { URL, URLSearchParams };',
    }));

    let hasCredentials = false;
    build.onResolve({ filter: /^@aws-sdk\/credential-providers$/ }, () => {
      hasCredentials = true;
      return { path: `./${CREDENTIALS}.cjs`, external: true };
    });
    build.onEnd(async (result) => {
      if (!hasCredentials) return;
      const { outputFiles = [] } = await build.esbuild.build({
        ...build.initialOptions,
        entryPoints: { [CREDENTIALS]: '@aws-sdk/credential-providers' },
        outExtension: { '.js': '.cjs' },
        format: 'cjs',
        splitting: false,
        banner: {},
        plugins: [],
      });
      result.outputFiles?.push(...outputFiles);
    });
  },
};
