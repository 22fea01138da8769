export const KINDS: Readonly<Record<string, { readonly honest?: string }>>;
