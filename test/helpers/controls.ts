/** Marks that a terminal or a parser obeys and no picture may hold, other than the end of a line; what is not there cannot be obeyed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
export const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e\ufffe\uffff]/u;
