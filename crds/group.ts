/** The API group and version of every kind of ours. */
export const group = 'mainstay.dev';
export const version = 'v1alpha1';
