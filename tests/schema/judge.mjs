// Judges what passes between bot and sandbox by Discord's description: REST exchanges here, events of the gateway in events.mjs. What is
// forgiven, and why, is in exceptions.mjs.

import { check, mayHave } from './check.mjs';
import { readDescription, shapeOfPath } from './description.mjs';
import { judgeEvent } from './events.mjs';
import { bitsAsNumbers, describedError, timesInZ } from './exceptions.mjs';

const operations = readDescription();
const templates = [...operations.keys()].map((key) => {
  const [method, form] = key.split(' ');
  const pattern = form.split('{}').map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^/]+');

  return { key, method, pattern: new RegExp(`^${pattern}$`), n: form.split('{}').length };
}).sort((a, b) => a.n - b.n);

function plainPath(exchange) {
  return (exchange.path ?? '').replace(/^\/api\/v\d+/, '').replace(/\?.*$/, '');
}

/** What the description has on a method and a path, or a template of one; undefined when it has nothing. */
export function operationOf(exchange) {
  const known = exchange.route ? operations.get(`${exchange.method} ${shapeOfPath(exchange.route)}`) : undefined;
  const path = decodeURIComponent(plainPath(exchange));

  return known ?? operations.get(templates.find((t) => t.method === exchange.method && t.pattern.test(path))?.key);
}

export function allOperations() {
  return operations;
}

// ---- the request ----------------------------------------------------------------------------------------------------------------------

function* judgePath(operation, exchange) {
  const names = operation.path.split('/');
  const given = plainPath(exchange).split('/');
  const schemas = new Map(operation.pathSchemas());

  for (const [i, name] of names.entries()) {
    const schema = schemas.get(name.replace(/[{}]/g, ''));

    if (name.startsWith('{') && given[i] !== undefined)
      for (const found of check(schema, decodeURIComponent(given[i])))
        yield { path: `(path) ${name}`, reason: found.reason };
  }
}

function* judgeQuery(operation, exchange, mayHaveMore) {
  const given = new URLSearchParams(exchange.query ?? '');

  for (const [name, value] of given) {
    const schema = operation.querySchema(name);
    // an array is its key repeated, each with one of its items
    const issues = schema ? check(schema, value) : [];

    if (!schema && !mayHaveMore)
      yield { path: `(query) ${name}`, reason: 'not in the description' };
    else if (issues.length && check(schema, [value]).length)
      yield { path: `(query) ${name}`, reason: issues[0].reason };
  }
  for (const [name, { isNeeded }] of operation.query)
    if (isNeeded && !given.has(name))
      yield { path: `(query) ${name}`, reason: 'missing' };
}

/** Bodies with attachments are the ones that files can come with (Discord reference, "Uploading Files"). */
function takesFiles(operation) {
  return ['attachments', 'data.attachments'].some((path) => mayHave(operation.requestSchema(), path));
}

/** Discord reference, "HTTP API", Content Type */
const CONTENT_TYPES = /^(application\/json|application\/x-www-form-urlencoded|multipart\/form-data)\b/;

function* judgeBody(operation, exchange, mayHaveMore) {
  const { request, content_type: contentType, files } = exchange;
  const schema = operation.requestSchema();

  if (!schema) {
    if (request !== null && request !== undefined)
      yield { path: '(body)', reason: 'no body is described' };
    return;
  }
  const body = timesInZ(request ?? {});
  yield* [body, bitsAsNumbers(body)].map((b) => check(schema, b, mayHaveMore)).sort((a, b) => a.length - b.length)[0];
  if (request && contentType !== undefined && !CONTENT_TYPES.test(contentType))
    yield { path: '(content type)', reason: contentType };
  if (files && !takesFiles(operation))
    yield { path: '(files)', reason: 'no files are described' };
}

// ---- the reply ------------------------------------------------------------------------------------------------------------------------

function* judgeReply(operation, exchange) {
  const { status, response, fault } = exchange;
  const schema = operation.responseSchema(status);

  // A proxy between bot and Discord answers with its own page, which no description has; only fault rules make these
  if (fault && (response === null || response === undefined))
    return;
  if (status >= 500 || (fault && schema === undefined)) {
    yield* check(operation.responseSchema(400), describedError(status, response));
    return;
  }
  if (schema === undefined)
    yield { path: '(status)', reason: `${status} is not described, only ${operation.statuses().join(', ')}` };
  else if (schema === null)
    yield* response === null || response === undefined ? [] : [{ path: '(body)', reason: 'no body is described' }];
  else
    yield* check(schema, timesInZ(status >= 400 ? describedError(status, response) : response));
  if (status < 400 && exchange.auth === 'none' && !operation.isOpen)
    yield { path: '(authorization)', reason: 'answered without a token' };
}

/** Error replies of paths that the description does not have: the general shape of an error. */
const anyError = [...operations.values()][0].responseSchema(400);

/**
 * line         one line of the traffic file: a REST exchange, or an event of the gateway
 * allowsMore   the request is not ours, and may have members that the description does not know
 * Returns {request, reply, mismatches}: whether each side was judged, and what was wrong, [{side, path, reason}].
 */
export function judge(line, allowsMore = false) {
  const mismatches = [];
  const add = (side, list) => [...list].forEach((m) => mismatches.push({ side, ...m }));

  if (line.event !== undefined) {
    const found = judgeEvent(line.event, timesInZ(line.d));

    add('event', found ?? []);
    return { request: false, reply: found !== null, mismatches };
  }

  const operation = operationOf(line);
  if (!operation) {
    if (line.status >= 400 && line.response)
      add('response', check(anyError, describedError(line.status, line.response)));
    return { request: false, reply: line.status >= 400, mismatches };
  }
  // What was refused as malformed was allowed to be malformed; so was what nobody read.
  const isRefused = line.status === 400 || line.status === 413;
  const hasNoReply = !line.status;

  if (!isRefused) {
    if (line.status < 400)
      add('request', judgePath(operation, line));
    if (line.status !== 401)
      add('request', judgeQuery(operation, line, allowsMore));
    if (line.status < 300 || (line.request !== null && line.request !== undefined))
      add('request', judgeBody(operation, line, allowsMore));
  }
  if (!hasNoReply)
    add('response', judgeReply(operation, line));
  return { request: !isRefused, reply: !hasNoReply, mismatches };
}
