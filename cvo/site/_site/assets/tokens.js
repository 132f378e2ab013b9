// What is looked for: pairs of Chinese characters, a single one that stands alone, and words. `cvo build` makes the index by the same rule, with every
// single character as well.
const HAN = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\u{20000}-\\u{323af}";
const RUNS = new RegExp(`[${HAN}]+|(?:(?![${HAN}])[\\p{L}\\p{N}])+`, "gu");
const IS_HAN = new RegExp(`^[${HAN}]`, "u");

export const isHan = (token) => IS_HAN.test(token);

export function tokens(text) {
  const found = [];
  for (const run of text.normalize("NFKC").toLowerCase().match(RUNS) || []) {
    if (!isHan(run)) { found.push(run); continue; }
    const characters = [...run];
    if (characters.length === 1) found.push(run);
    for (let i = 0; i + 1 < characters.length; i++) found.push(characters[i] + characters[i + 1]);
  }
  return found;
}
