import { test } from 'vitest';
import { CannotRunError } from './cannot-run.ts';

/** A case as a test; what isn't built yet is skipped here with its reason, and counted as failed by the runner. */
export function testCase<Vector extends { readonly name: string }>(
  vector: Vector,
  run: (vector: Vector) => Promise<void>,
): void {
  test(vector.name, async ({ skip }) => {
    try {
      await run(vector);
    } catch (error) {
      if (error instanceof CannotRunError) skip(error.message);
      throw error;
    }
  });
}
