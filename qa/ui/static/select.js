// Words selected in the viewer become the answer of a question that was answered wrongly or not at all.
import { announce, el } from "./lib.js";
import { correcting } from "./store.js";

const LONGEST = 1000; // characters of an answer
const REACH = 400; // characters of its sentence on each side

/** A bar that asks for the words while somebody waits for them. `body` holds the text, `documentId()` says whose. */
export function chooser(body, documentId) {
  const ask = el("p", {});
  const use = el("button", { class: "button", type: "button", disabled: true, onclick: () => take(body, documentId()) }, "Use selected words");
  const stop = el("button", { class: "quiet", type: "button", onclick: () => correcting.set(null) }, "Cancel");
  const bar = el("div", { class: "choose", role: "group", "aria-label": "Choose the answer" }, ask, use, stop);
  correcting.watch((now) => {
    bar.hidden = !now;
    ask.textContent = now ? `Select the words that answer “${now.question}”` : "";
  });
  document.addEventListener("selectionchange", () => (use.disabled = !selected(body)));
  return bar;
}

/** Offsets of the selection in the text, white space at its ends left out; null where there is none to use. */
function selected(body) {
  const selection = document.getSelection();
  if (!correcting.get() || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!body.contains(range.startContainer) || !body.contains(range.endContainer)) return null;
  const start = before(body, range.startContainer, range.startOffset);
  const text = before(body, range.endContainer, range.endOffset).slice(start.length);
  const words = text.trim();
  if (!words || words.length > LONGEST) return null;
  const from = start.length + text.indexOf(words);
  return { from, to: from + words.length };
}

/** The document's text up to a place in the page; labels of pages are not part of it. */
function before(body, node, offset) {
  const range = document.createRange();
  range.setStart(body, 0);
  range.setEnd(node, offset);
  return plain(range.cloneContents());
}

function plain(fragment) {
  for (const label of fragment.querySelectorAll(".page")) label.remove();
  return fragment.textContent;
}

function take(body, documentId) {
  const place = selected(body);
  if (!place) return announce("Nothing is selected in the source.");
  const range = document.createRange();
  range.selectNodeContents(body);
  const text = plain(range.cloneContents());
  correcting.get().use(documentId, sentenceAround(text, place.from, place.to), text.slice(place.from, place.to));
}

/** The sentence or line that holds text[from:to], so that the quote says where the words stand. */
export function sentenceAround(text, from, to) {
  const head = text.slice(Math.max(0, from - REACH), from);
  const tail = text.slice(to, to + REACH);
  const opens = [...head.matchAll(/[.!?。！？]["”’)\]]*\s+|[\r\n]+/g)].at(-1);
  const closes = /[.!?。！？]["”’)\]]*(?=\s|$)|(?=[\r\n])/.exec(tail);
  const start = opens ? from - head.length + opens.index + opens[0].length : from - head.length;
  const end = closes ? to + closes.index + closes[0].length : to + tail.length;
  const quote = text.slice(start, end);
  return quote.trim();
}
