// The REST contract as types. `schema.ts` is generated (scripts/contract types); this file gives its parts short names:
//   Schema<'Account'>            a named schema
//   Body<'/api/v1/users', 'post'>     what an operation takes
//   Answer<'/api/v1/users', 'get'>    what it answers when all went well

import type { components, paths } from './schema';

export type { components, operations, paths } from './schema';

export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

type Json<T> = T extends { content: { 'application/json': infer Value } } ? Value : never;

type Operation<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method];

export type Body<Path extends keyof paths, Method extends keyof paths[Path]> =
  Operation<Path, Method> extends { requestBody?: infer Given } ? Json<NonNullable<Given>> : never;

export type Answer<Path extends keyof paths, Method extends keyof paths[Path]> =
  Operation<Path, Method> extends { responses: infer Responses }
    ? { [Status in keyof Responses]: Status extends 200 | 201 | 202 ? Json<Responses[Status]> : never }[keyof Responses]
    : never;
