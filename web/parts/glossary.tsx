// Sentences with the terms of the glossary marked: hovering or focusing one tells what it is.

/** A sentence. */
export function Rich({ text }: { readonly text: string }) {
  return <>{text}</>;
}
