// The text of a document as elements: blocks or pages, with the quote marked where it stands.
import { el, marked } from "./lib.js";

const CHUNK = 20_000; // characters in one block of a long text: the browser lays out only those in sight

/**
 * Pages where the text has them, else pieces that end at a line. `mark`: the place of a quote, or null.
 * `here`: an offset to scroll to where nothing is marked.
 */
export function sections({ text, u16_pages: pages }, mark, here) {
  const starts = pages.length ? [0, ...pages.slice(1)] : pieces(text);
  const long = text.length > 5 * CHUNK;
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? text.length;
    const label = pages.length ? el("h3", { class: "page" }, `Page ${index + 1}`) : null;
    const attributes = { class: long ? "piece long" : "piece", dir: "auto" };
    return el("div", attributes, label, ...nodes(text, start, end, mark, here));
  });
}

function pieces(text) {
  const starts = [0];
  for (let at = text.indexOf("\n", CHUNK); at >= 0; at = text.indexOf("\n", at + CHUNK)) {
    if (at + 1 < text.length) starts.push(at + 1);
  }
  return starts;
}

/** text[start:end] as text nodes, with the part of the quote that lies in it marked. */
function nodes(text, start, end, mark, here) {
  const inside = (offset) => Math.min(Math.max(offset, start), end);
  if (!mark) {
    const at = inside(here ?? start);
    const anchor = here !== undefined && here >= start && here < end ? el("span", { class: "here" }) : null;
    return [text.slice(start, at), anchor, text.slice(at, end)];
  }
  const [from, to] = [inside(mark.u16_start), inside(mark.u16_end)];
  if (from === to) return [text.slice(start, end)];
  const [spanFrom, spanTo] = [inside(mark.u16_span_start), inside(mark.u16_span_end)];
  const quote = marked(text.slice(from, to), spanFrom - from, spanTo - from);
  return [text.slice(start, from), quote, text.slice(to, end)];
}
