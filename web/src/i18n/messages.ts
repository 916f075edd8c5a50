import type { en } from './en';

/// The type of a complete catalogue: the keys of the English one, with any text, and functions of the same parameters.
/// A missing key and a superfluous one are errors of the compiler.
type Texts<Value> = Value extends (...args: infer Args) => string
  ? (...args: Args) => string
  : Value extends string
    ? string
    : { [Key in keyof Value]: Texts<Value[Key]> };

export type Messages = Texts<typeof en>;
