// One value judged by one schema: what is wrong, where, and which members the schema does not know.

import * as z from 'zod/mini';

z.config(z.locales.en());

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

/** A schema without the wrappers around it, or the arms of an union. */
function armsOf(schema) {
  switch (schema.def?.type) {
  case 'union':
    return schema.def.options.flatMap(armsOf);
  case 'lazy':
    return armsOf(schema.def.getter());
  case 'optional':
  case 'nullable':
    return armsOf(schema.def.innerType);
  default:
    return [schema];
  }
}

/** True when objects of the schema may have that member: "attachments", or one in another, "data.attachments". */
export function mayHave(schema, path) {
  const [key, ...below] = path.split('.');

  return armsOf(schema).some((arm) => arm.def?.type === 'object' && arm.def.shape[key] && (!below.length || mayHave(arm.def.shape[key], below.join('.'))));
}

/** [{path, reason}], empty when all is well. mayHaveMore: members that the schema does not know are fine. */
export function check(schema, value, mayHaveMore = false) {
  const result = schema.safeParse(value);

  if (!result.success)
    return [...complaints(result.error.issues)];
  if (mayHaveMore)
    return [];
  // The arms of some unions have no member that tells them apart: the one was meant that knows most of what was sent.
  return armsOf(schema).map((arm) => arm.safeParse(value)).filter((r) => r.success).map((r) => [...unknownKeys(value, r.data)])
    .sort((a, b) => a.length - b.length)[0] ?? [];
}
