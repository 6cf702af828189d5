// Building blocks of the page. Text goes in as text, never as markup: strangers wrote it.

export function element(tag, { className, text, title, dir, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  if (title) {
    node.title = title;
    node.setAttribute("aria-label", title);
  }
  if (dir) node.dir = dir;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const RTL_LETTERS = /[\u0590-\u08ff\ufb1d-\ufefc]/gu;
const LETTERS = /\p{L}/gu;

// The direction most letters of a text have. The first letter alone would turn a Hebrew sentence that
// begins with a Latin name.
export function directionOf(text) {
  const letters = (text.match(LETTERS) || []).length;
  const rtl = (text.match(RTL_LETTERS) || []).length;
  return rtl * 2 > letters ? "rtl" : "ltr";
}

// Text with *bold* as the chat application shows it.
export function richText(text) {
  return text.split(/(\*[^*\n]+\*)/u).map((part) =>
    /^\*[^*\n]+\*$/u.test(part) ? element("strong", { text: part.slice(1, -1) }) : part,
  );
}

export function fillSelect(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => element("option", { value, text })));
  if (chosen !== undefined) select.value = chosen;
}

export function initialsOf(name) {
  const words = (name || "?").trim().split(/\s+/u);
  return words.slice(0, 2).map((word) => [...word][0] || "").join("").toUpperCase();
}

// One of eight colours that stays with a chat.
export function colourOf(key) {
  let sum = 0;
  for (const letter of key) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  return `colour-${sum % 8}`;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}
