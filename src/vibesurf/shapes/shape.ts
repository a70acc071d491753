import * as v from 'valibot';

type Fields = v.ObjectEntries;
type InputOf<Entries extends Fields> = v.InferInput<v.ObjectSchema<Entries, undefined>>;
type OutputOf<Entries extends Fields> = v.InferOutput<v.ObjectSchema<Entries, undefined>>;

/** What a shape takes: null counts as absent where a key may be so. */
export type ShapeInput<Entries extends Fields> = {
  [Key in keyof InputOf<Entries>]: undefined extends InputOf<Entries>[Key] ? InputOf<Entries>[Key] | null : InputOf<Entries>[Key];
};

/** The schema of an object with named keys. */
export type Shape<Entries extends Fields> = v.GenericSchema<ShapeInput<Entries>, OutputOf<Entries>>;

/** An object whose keys are the user's own, as it is. Valibot's own schemas take lists for objects. */
export const anyObject: v.GenericSchema<Record<string, unknown>> = v.pipe(
  v.custom<Record<string, unknown>>(() => true),
  v.rawCheck(({ dataset: { value }, addIssue }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) addIssue({ expected: 'object', message: 'expected object' });
  }),
);

export const finiteNumber: v.GenericSchema<number> = v.pipe(v.number(), v.finite());

/** One that JavaScript and SQLite write alike. */
export const integer: v.GenericSchema<number> = v.pipe(v.number(), v.safeInteger());

/** The schema of an object with these keys: other keys are dropped, and so is null where a key may be absent. */
export function shape<Entries extends Fields>(entries: Entries): Shape<Entries> {
  const droppable = new Set(Object.entries(entries).flatMap(([key, entry]) => (entry.type === 'optional' ? [key] : [])));
  const schema = v.pipe(
    anyObject,
    v.transform((object) => Object.fromEntries(Object.entries(object).filter(([key, value]) => value !== null || !droppable.has(key)))),
    v.object(entries),
  );
  // What the first step takes, any object, includes the inputs; whether it is one is for the last step to say.
  return schema as unknown as Shape<Entries>;
}

/** An object from names of the user's own to values of a schema. Valibot's own leaves some names out without a word, as `constructor`. */
export function recordOf<Input, Output>(
  schema: v.GenericSchema<Input, Output>,
): v.GenericSchema<Record<string, Input>, Record<string, Output>> {
  const entries = v.pipe(
    anyObject,
    v.rawTransform(({ dataset, addIssue }) => {
      const validated = Object.entries(dataset.value).map(([key, value]) => [key, v.safeParse(schema, value)] as const);
      for (const [key, { issues }] of validated) {
        for (const { message, expected, path } of issues ?? []) {
          const item: v.UnknownPathItem = { type: 'unknown', origin: 'value', input: dataset.value, key, value: undefined };
          addIssue({ message, expected: expected ?? 'another value', path: [item, ...(path ?? [])] });
        }
      }
      return Object.fromEntries(validated.map(([key, { output }]) => [key, output]));
    }),
  );
  // What it gives are outputs of the schema, unless there were issues.
  return entries as unknown as v.GenericSchema<Record<string, Input>, Record<string, Output>>;
}
