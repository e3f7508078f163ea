import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import type { Problem } from '../../functions/connect/errors.ts';
import { reviewSettings } from '../../infra/environment-review.ts';
import { environmentSchema } from '../../infra/environment-schema.ts';
import type { Review } from './review-connector-file.ts';

/** Everything that is wrong with an environment.json, at once; the environment's name decides what it needs. */
export function reviewEnvironmentFile(text: string, environment: string): Review {
  const summary = `environment ${environment}`;
  const errors: ParseError[] = [];
  const document: unknown = parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first) {
    const before = text.slice(0, first.offset).split('\n');
    const at = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    const message = `Not valid JSON: ${printParseErrorCode(first.error)} at ${at}`;
    return { problems: [{ property: '', message }], warnings: [], summary };
  }
  const result = environmentSchema.safeParse(document);
  if (!result.success) return { problems: result.error.issues.flatMap(toProblems), warnings: [], summary };
  return { problems: reviewSettings(environment, result.data), warnings: [], summary };
}

/** One problem per unknown property, so that each can be found by its name. */
function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ property: [...path, key].join('.'), message: 'Unknown property' }));
  }
  return [{ property: path.join('.'), message: issue.message }];
}
