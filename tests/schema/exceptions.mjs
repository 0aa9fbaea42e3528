// Where Discord and its description differ, and what is taken instead; each with the place where Discord says so. Everything that the
// judge forgives stands in this file.

/** The body with every value of which `change` makes another one replaced. */
function rewritten(value, change, key) {
  if (Array.isArray(value))
    return value.map((v) => rewritten(v, change, key));
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rewritten(v, change, k)]));
  return change(value, key);
}

/*
 * Bit sets in requests: described as integers, documented as strings (Discord reference, "Permissions": "serialized as a string"), and
 * Discord takes both.
 */
const BIT_SETS = new Set(['allow', 'deny', 'permissions', 'default_member_permissions']);

export function bitsAsNumbers(body) {
  return rewritten(body, (value, key) => (BIT_SETS.has(key) && /^\d{1,20}$/.test(value) ? Number(value) : value));
}

/*
 * Times: format date-time, which allows an offset (RFC 3339, 5.6) and has one in Discord's replies; the zod schemas were generated for Z
 * alone.
 */
const WITH_OFFSET = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)[+-]\d\d:\d\d$/;

export function timesInZ(body) {
  return rewritten(body, (value) => (typeof value === 'string' ? value.replace(WITH_OFFSET, '$1Z') : value));
}

/*
 * Codes in the tree of a form error: described as integers, in truth names like BASE_TYPE_REQUIRED (Discord reference, "Error
 * Messages"); a number would be wrong. The code of a 429: described as required, documented as optional (Discord reference, "Rate
 * Limits").
 */
export function describedError(status, body) {
  if (!body || typeof body !== 'object')
    return body;
  const codesAsNumbers = (value, key) => (key !== 'code' ? value : /^[A-Z][A-Z0-9_]+$/.test(value) ? 0 : `${value}: not a name`);
  const described = body.errors ? { ...body, errors: rewritten(body.errors, codesAsNumbers) } : body;

  return status === 429 ? { code: 0, ...described } : described;
}
