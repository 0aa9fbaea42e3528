// Discord's own description of its API as validators, from the npm package discord-api-spec. That package is generated from
// Discord's OpenAPI document and comes in two halves: zod schemas of every named shape, and a TypeScript interface `Paths`
// that says which shape each operation takes and answers. TypeScript's parser reads the second, and its type expressions
// become zod schemas over the first. No shape is written down here.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import * as shapes from 'discord-api-spec/zod';
import ts from 'typescript';
import * as z from 'zod/mini';

const PATHS_FILE = new URL('discord-api-spec.ts', import.meta.resolve('discord-api-spec'));

/** Paths are compared without the names of their parameters: one side says {interaction_token}, the other {webhook_token}. */
export function shapeOfPath(template) {
  return template.replace(/\{[^}]*\}/g, '{}');
}

function propertyName(node) {
  return ts.isStringLiteral(node.name) || ts.isNumericLiteral(node.name) ? node.name.text : node.name.getText();
}

function members(node) {
  return new Map(node.members.filter(ts.isPropertySignature).map((m) => [propertyName(m), m]));
}

const KEYWORDS = {
  [ts.SyntaxKind.StringKeyword]: () => z.string(),
  [ts.SyntaxKind.NumberKeyword]: () => z.number(),
  [ts.SyntaxKind.BooleanKeyword]: () => z.boolean(),
  [ts.SyntaxKind.AnyKeyword]: () => z.any(),
  [ts.SyntaxKind.UnknownKeyword]: () => z.any(),
  [ts.SyntaxKind.NullKeyword]: () => z.null(),
};

function schemaOfLiteral(literal) {
  switch (literal.kind) {
  case ts.SyntaxKind.NullKeyword:
    return z.null();
  case ts.SyntaxKind.TrueKeyword:
    return z.literal(true);
  case ts.SyntaxKind.FalseKeyword:
    return z.literal(false);
  case ts.SyntaxKind.NumericLiteral:
    return z.literal(Number(literal.text));
  default:
    return z.literal(literal.text);
  }
}

function schemaOf(type) {
  if (ts.isParenthesizedTypeNode(type))
    return schemaOf(type.type);
  if (ts.isUnionTypeNode(type))
    return z.union(type.types.map(schemaOf));
  if (ts.isIntersectionTypeNode(type))
    return type.types.map(schemaOf).reduce((a, b) => z.intersection(a, b));
  if (ts.isArrayTypeNode(type))
    return z.array(schemaOf(type.elementType));
  if (ts.isLiteralTypeNode(type))
    return schemaOfLiteral(type.literal);
  if (ts.isTypeLiteralNode(type)) {
    const index = type.members.find(ts.isIndexSignatureDeclaration);
    if (index)
      return z.record(z.string(), schemaOf(index.type));
    return z.object(Object.fromEntries([...members(type)].map(([name, m]) =>
      [name, m.questionToken ? z.optional(schemaOf(m.type)) : schemaOf(m.type)])));
  }
  if (ts.isTypeReferenceNode(type)) {
    const name = type.typeName.getText();
    if (name === 'Record')
      return z.record(z.string(), schemaOf(type.typeArguments[1]));
    if (name === 'Array')
      return z.array(schemaOf(type.typeArguments[0]));
    if (shapes[`${name}Schema`])
      return shapes[`${name}Schema`];
    throw new Error(`discord-api-spec has no schema for ${name}`);
  }
  if (KEYWORDS[type.kind])
    return KEYWORDS[type.kind]();
  throw new Error(`a type expression this reader does not know: ${type.getText()}`);
}

/*
 * A query parameter as it is sent: text. What is described as a number or a boolean has to read as one; booleans as Discord's reference
 * has them ("Boolean Query Strings").
 */
const IN_QUERY = {
  [ts.SyntaxKind.NumberKeyword]: () => z.string().check(z.regex(/^-?\d+$/)),
  [ts.SyntaxKind.BooleanKeyword]: () => z.enum(['True', 'true', '1', 'False', 'false', '0']),
};

function querySchemaOf(type) {
  if (IN_QUERY[type.kind])
    return IN_QUERY[type.kind]();
  const schema = schemaOf(type);

  // an enumeration of numbers arrives as their digits
  return z.union([schema, z.pipe(z.string().check(z.regex(/^\d+$/)), z.pipe(z.transform(Number), schema))]);
}

function isNothing(type) {
  return !type || [ts.SyntaxKind.UndefinedKeyword, ts.SyntaxKind.NeverKeyword].includes(type.kind);
}

/** The members of one kind of parameters: name → {type, isNeeded}. */
function parametersOf(node, kind) {
  const group = members(node.type).get(kind)?.type;

  return new Map(isNothing(group) ? [] : [...members(group)].map(([name, m]) => [name, { type: m.type, isNeeded: !m.questionToken }]));
}

/** One method of one path. Schemas are made when they are first asked for; `null` means that no body is described. */
class Operation {
  #made = new Map();

  constructor(path, node) {
    const parts = members(node.type);
    const body = parts.get('requestBody')?.type;

    this.path = path;
    this.request = isNothing(body) ? null : body;
    this.query = parametersOf(parts.get('parameters'), 'query');
    this.inPath = parametersOf(parts.get('parameters'), 'path');
    // "security: [{}, …]": one way of proving who asks is to prove nothing
    this.isOpen = !parts.has('security') || parts.get('security').type.elements.some((way) => way.members.length === 0);
    this.responses = new Map([...members(parts.get('responses').type)].map(([status, m]) => [status, m.type]));
  }

  #make(type) {
    if (!this.#made.has(type))
      this.#made.set(type, schemaOf(type));
    return this.#made.get(type);
  }

  /** By the order of the path's segments: [name, schema]. */
  pathSchemas() {
    return [...this.path.matchAll(/\{([^}]*)\}/g)].map(([, name]) =>
      [name, this.inPath.has(name) ? this.#make(this.inPath.get(name).type) : z.string()]);
  }

  /** undefined: no such parameter is described. */
  querySchema(name) {
    const parameter = this.query.get(name);

    if (parameter && !this.#made.has(parameter))
      this.#made.set(parameter, querySchemaOf(parameter.type));
    return this.#made.get(parameter);
  }

  requestSchema() {
    return this.request ? this.#make(this.request) : null;
  }

  /** undefined when the status is not described, null when it has no body. */
  responseSchema(status) {
    const type = this.responses.get(String(status)) ?? this.responses.get(`${String(status)[0]}XX`);

    if (!type)
      return undefined;
    return type.kind === ts.SyntaxKind.UnknownKeyword ? null : this.#make(type);
  }

  statuses() {
    return [...this.responses.keys()];
  }
}

/** A named shape of the description, as a schema. */
export function shape(name) {
  if (!shapes[`${name}Schema`])
    throw new Error(`discord-api-spec has no schema for ${name}`);
  return shapes[`${name}Schema`];
}

/** All operations: "METHOD path shape" → Operation. */
export function readDescription() {
  const text = readFileSync(fileURLToPath(PATHS_FILE), 'utf8');
  const file = ts.createSourceFile('discord-api-spec.ts', text, ts.ScriptTarget.Latest, true);
  const paths = file.statements.find((s) => ts.isInterfaceDeclaration(s) && s.name.text === 'Paths');
  const operations = new Map();

  if (!paths)
    throw new Error('discord-api-spec has no interface Paths');
  for (const [path, methods] of members(paths))
    for (const [method, operation] of members(methods.type))
      operations.set(`${method.toUpperCase()} ${shapeOfPath(path)}`, new Operation(path, operation));
  return operations;
}
