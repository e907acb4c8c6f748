import * as z from 'zod';
import { kubernetes } from '../structural/metadata.ts';

/** Which requests are meant. */

const headerName = (description: string) =>
  z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9!#$%&'*+.^_|~-]+$/)
    .describe(description);

const text = (description: string) => z.string().min(1).max(256).describe(description);

const headers = z
  .array(
    z
      .strictObject({
        name: headerName('Name of the header. Upper and lower case are the same.'),
        value: text('What it must be; with `type: RegularExpression`, what it must match.'),
        type: z
          .enum(['Exact', 'RegularExpression'])
          .describe(
            "`Exact` (default) or `RegularExpression`, whose syntax is the gateway's; not every gateway knows it.",
          )
          .optional(),
      })
      .describe('A header of the request.'),
  )
  .min(1)
  .max(8)
  .describe('Headers that the request must all have.')
  .register(kubernetes, { listType: 'map', listMapKeys: ['name'] });

const cookies = z
  .array(
    z
      .strictObject({
        name: headerName('Name of the cookie.'),
        value: z
          .string()
          .max(256)
          .regex(/^[A-Za-z0-9!#$%&'()*+./:<=>?@[\]^_{|}~-]+$/)
          .describe('What it must be.'),
      })
      .describe('A cookie of the request.'),
  )
  .min(1)
  .max(8)
  .describe('Cookies that the request must all have.')
  .register(kubernetes, { listType: 'map', listMapKeys: ['name'] });

const query = z
  .array(
    z
      .strictObject({
        name: text('Name of the parameter.'),
        value: text('What it must be.'),
      })
      .describe('A parameter of the query.'),
  )
  .min(1)
  .max(8)
  .describe('Parameters of the query that the request must all have. Of an HTTPRoute only.')
  .register(kubernetes, { listType: 'map', listMapKeys: ['name'] });

/** All of what it names must be so. */
const match = z
  .strictObject({
    headers: headers.optional(),
    cookies: cookies.optional(),
    query: query.optional(),
  })
  .describe('Requests that have all of this.')
  .register(kubernetes, {
    rules: [
      {
        rule: 'has(self.headers) || has(self.cookies) || has(self.query)',
        message: 'a match needs headers, cookies or query: without any it would be every request',
      },
    ],
  });

/** Any of them. */
export function matches(description: string) {
  return z.array(match).min(1).max(8).describe(description).register(kubernetes, { listType: 'atomic' });
}
