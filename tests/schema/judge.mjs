// Judges one exchange between bot and sandbox by Discord's description. What is asked of each side differs: a reply may say
// more than the description (Discord's own do), a request may not, since Discord would drop what it does not know.

import * as z from 'zod/mini';

import { readDescription, shapeOfPath } from './description.mjs';

z.config(z.locales.en());

const operations = readDescription();
const templates = [...operations.keys()].map((key) => {
  const [method, shape] = key.split(' ');
  const pattern = shape.split('{}').map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^/]+');

  return { key, method, pattern: new RegExp(`^${pattern}$`), n: shape.split('{}').length };
}).sort((a, b) => a.n - b.n);

function operationOf(exchange) {
  const known = exchange.route ? operations.get(`${exchange.method} ${shapeOfPath(exchange.route)}`) : undefined;
  const path = decodeURIComponent(exchange.path ?? '').replace(/^\/api\/v\d+/, '').replace(/\?.*$/, '');

  return known ?? operations.get(templates.find((t) => t.method === exchange.method && t.pattern.test(path))?.key);
}

function place(path) {
  return path.length ? path.map(String).join('.') : '(body)';
}

/** Of an union's arms, the one that was meant: the arm whose first complaint lies deepest, then the one with the fewest. */
function meantArm(arms) {
  const depth = (issues) => Math.min(...issues.map((i) => (i.code === 'invalid_value' && i.path.length <= 1 ? 0 : i.path.length)));

  return [...arms].filter((a) => a.length).sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
}

function* complaints(issues, above = []) {
  for (const issue of issues) {
    const path = [...above, ...issue.path];
    const arm = issue.code === 'invalid_union' && issue.errors?.length ? meantArm(issue.errors) : null;

    if (arm)
      yield* complaints(arm, path);
    else
      yield { path: place(path), reason: issue.message };
  }
}

/** Keys of `given` that a schema's output has dropped: the schema does not know them. */
function* unknownKeys(given, kept, path = []) {
  if (Array.isArray(given) && Array.isArray(kept)) {
    for (const [i, item] of given.entries())
      yield* unknownKeys(item, kept[i], [...path, i]);
  } else if (given && typeof given === 'object' && kept && typeof kept === 'object') {
    for (const [key, value] of Object.entries(given))
      if (Object.hasOwn(kept, key))
        yield* unknownKeys(value, kept[key], [...path, key]);
      else
        yield { path: place([...path, key]), reason: 'not in the description' };
  }
}

/** The body with every value of which `change` makes another one replaced. */
function rewritten(value, change, key) {
  if (Array.isArray(value))
    return value.map((v) => rewritten(v, change, key));
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rewritten(v, change, k)]));
  return change(value, key);
}

/*
 * Where Discord and its description differ, and what is taken instead.
 * - Bit sets in requests: described as integers, documented as strings (Discord reference, "Permissions": "serialized as a
 *   string"), and Discord takes both.
 * - Times: format date-time, which allows an offset (RFC 3339, 5.6) and has one in Discord's replies; the zod schemas were
 *   generated for Z alone.
 * - Codes in the tree of a form error: described as integers, in truth names like BASE_TYPE_REQUIRED (Discord reference, "Error
 *   Messages"). The code of a 429: described as required, documented as optional (Discord reference, "Rate Limits").
 */
const BIT_SETS = new Set(['allow', 'deny', 'permissions', 'default_member_permissions']);
const WITH_OFFSET = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)[+-]\d\d:\d\d$/;

const bitsAsNumbers = (value, key) => (BIT_SETS.has(key) && /^\d{1,20}$/.test(value) ? Number(value) : value);
const codesAsNumbers = (value, key) => (key === 'code' && typeof value === 'string' ? 0 : value);
const timesInZ = (value) => (typeof value === 'string' ? value.replace(WITH_OFFSET, '$1Z') : value);

function errorBody(status, response) {
  if (!response || typeof response !== 'object')
    return response;
  const body = response.errors ? { ...response, errors: rewritten(response.errors, codesAsNumbers) } : response;

  return status === 429 ? { code: 0, ...body } : body;
}

/** A schema, or the arms of an union. */
function armsOf(schema) {
  return schema.def?.type === 'union' ? schema.def.options.flatMap(armsOf) : [schema];
}

function check(schema, given, { isRequest, mayHaveMore }) {
  const plain = rewritten(given, timesInZ);
  const body = schema.safeParse(plain).success || !isRequest ? plain : rewritten(plain, bitsAsNumbers);
  const result = schema.safeParse(body);

  if (!result.success)
    return [...complaints(schema.safeParse(plain).error.issues)];
  if (mayHaveMore)
    return [];
  // The shapes of a channel's change have no member that tells them apart: the one was meant that knows most of what was sent.
  return armsOf(schema).map((arm) => arm.safeParse(body)).filter((r) => r.success).map((r) => [...unknownKeys(plain, r.data)])
    .sort((a, b) => a.length - b.length)[0] ?? [];
}

/**
 * exchange     one line of the traffic file
 * allowsMore   the request may have members that the description does not know
 * Returns null when the description has nothing on it (unknown route, or a 5xx, which only faults make), else the list of
 * mismatches {side, path, reason}, empty when all is well.
 */
export function judge(exchange, allowsMore = false) {
  const operation = operationOf(exchange);
  const { status, request, response } = exchange;
  const found = [];
  const add = (side, list) => list.forEach((m) => found.push({ side, ...m }));

  if (!operation || !(status >= 200 && status < 500))
    return null;

  // What was refused as malformed was allowed to be malformed.
  if (status !== 400 && request !== null && request !== undefined) {
    const schema = operation.requestSchema();
    add('request', schema ? check(schema, request, { isRequest: true, mayHaveMore: allowsMore }) : [{ path: '(body)', reason: 'no body is described' }]);
  }

  const schema = operation.responseSchema(status);
  if (schema === undefined)
    add('response', [{ path: '(status)', reason: `${status} is not described, only ${operation.statuses().join(', ')}` }]);
  else if (schema === null)
    add('response', response === null || response === undefined ? [] : [{ path: '(body)', reason: 'no body is described' }]);
  else
    add('response', check(schema, status >= 400 ? errorBody(status, response) : response, { isRequest: false, mayHaveMore: true }));
  return found;
}
