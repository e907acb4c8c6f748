/** One entry of `x-kubernetes-validations`. */
export interface Rule {
  /** A CEL expression that is true for a good value. It may use `oldSelf` where the value can be told apart on an update. */
  readonly rule: string;
  /** Shown when the rule does not hold: what is wrong and what to write instead. One line. */
  readonly message: string;
  /** A CEL expression for a message with the offending value in it. `message` is what stays when it fails. */
  readonly messageExpression?: string;
  /** The field below the value that is to blame, as `.name`; the value itself unless given. */
  readonly fieldPath?: string;
  readonly reason?:
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueRequired'
    | 'FieldValueDuplicate';
  /** With `oldSelf`: the rule is evaluated on creation too, and `oldSelf` is an optional. */
  readonly optionalOldSelf?: true;
}
