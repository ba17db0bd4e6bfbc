// The document beside the answers: its text, scrolled to a place, the quote marked there if it really stands there.
import { announce, api, day, documentPath, dotted, el, icon, outside } from "./lib.js";
import { copyQuote } from "./turn.js";
import { chooser } from "./select.js";
import { listing, viewing } from "./store.js";
import { sections } from "./text.js";

const wide = matchMedia("(min-width: 900px)");
export const isWide = () => wide.matches;

const EMPTY = "Choose a citation to read it in its source.";
const documents = new Map();
let parts;
let opener = null;
let shown = 0;

/**
 * Show `view`: {documentId, document: {title…}, and for a quote: number, quote, place, key, siblings, index;
 * `near`: what to say of a passage that is scrolled to and not marked}. Focus moves there if `from`, the element clicked, is given.
 */
export function openView(view, from = null) {
  opener = from ?? opener;
  if (!from) opener = null;
  viewing.set(view);
  if (!isWide() && !window.history.state?.sheet) window.history.pushState({ sheet: true }, "");
  show(view, Boolean(from) || !isWide());
}

export function closeViewer(text = EMPTY) {
  if (window.history.state?.sheet) window.history.back();
  empty(text);
}

export function mount(element) {
  parts = build();
  element.replaceChildren(parts.root);
  empty(EMPTY);
  document.addEventListener("keydown", (event) => event.key === "Escape" && viewing.get() && closeAndReturn());
  window.addEventListener("popstate", () => !isWide() && viewing.get() && returnFocus(() => empty(EMPTY)));
  wide.addEventListener("change", cover);
  listing.watch(() => documents.clear()); // an index that changed may hold another text under the same name
  const waiting = viewing.get();
  if (waiting) show(waiting, false);
}

function build() {
  const back = button("back", "Back", closeAndReturn, "back");
  const close = button("close", "", closeAndReturn, "round");
  close.setAttribute("aria-label", "Close the source");
  const title = el("h2", { tabindex: "-1" });
  const meta = el("p", { class: "meta" });
  const steps = el("div", { class: "steps" });
  const tools = el("div", { class: "tools" });
  const note = el("p", { class: "note" });
  const head = el("div", { class: "head" }, back, el("div", { class: "names" }, title, meta), close, el("div", { class: "bar" }, steps, tools), note);
  const body = el("div", { class: "body", role: "region", tabindex: "0", "aria-label": "Text of the source" });
  const blank = el("p", { class: "blank" });
  const choose = chooser(body, () => viewing.get()?.documentId);
  const root = el("section", { class: "viewer", "aria-label": "Source" }, blank, head, choose, body);
  return { root, head, title, meta, steps, tools, note, body, blank };
}

function button(name, label, onclick, kind) {
  return el("button", { class: kind, type: "button", onclick }, icon(name), label ? el("span", {}, label) : null);
}

// -- opening and closing

async function show(view, focus) {
  if (!parts) return; // the part is not there yet; mount shows what waits
  const turn = ++shown;
  describe(view);
  parts.body.replaceChildren(el("p", { class: "meta" }, "Opening …"));
  parts.root.dataset.open = "true";
  cover();
  if (focus) parts.title.focus({ preventScroll: true });
  try {
    const document = await read(view.documentId);
    if (turn === shown) fill(view, document);
  } catch (error) {
    if (turn === shown) warn(error.message);
  }
}

function empty(text) {
  viewing.set(null);
  shown++;
  if (!parts) return;
  parts.blank.textContent = text;
  parts.body.replaceChildren();
  parts.root.dataset.open = "false";
  cover();
}

function closeAndReturn() {
  returnFocus(() => closeViewer());
}

function returnFocus(closing) {
  const to = opener;
  opener = null;
  closing();
  // A turn may have been drawn again since: then its button is found by its key.
  const target = to?.isConnected ? to : to?.dataset.key && document.querySelector(`[data-key="${CSS.escape(to.dataset.key)}"]`);
  target?.focus();
}

/** On a phone the viewer covers the page: nothing behind it can be reached. */
function cover() {
  const covered = parts.root.dataset.open === "true" && !isWide();
  for (const id of ["header", "work"]) document.getElementById(id)?.toggleAttribute("inert", covered);
  parts.root.setAttribute("role", covered ? "dialog" : "region");
  parts.root.toggleAttribute("aria-modal", covered);
}

/** The text of a document; the last few are kept. Called ahead for what may be opened next. */
export function read(id) {
  if (!documents.has(id)) {
    const reading = api(documentPath(id));
    reading.catch(() => documents.delete(id));
    documents.set(id, reading);
    if (documents.size > 12) documents.delete(documents.keys().next().value);
  }
  return documents.get(id);
}

// -- what it shows

function describe(view) {
  const { document, place, siblings = [], number } = view;
  parts.title.textContent = document.title;
  parts.meta.textContent = dotted(number && `[${number}]`, document.publisher, day(document.published), place?.where);
  parts.note.textContent = view.near ?? "";
  parts.note.removeAttribute("role");
  parts.steps.hidden = siblings.length < 2;
  if (siblings.length > 1) showSteps(view);
  parts.tools.replaceChildren(...[place && toOriginal(place), number && copyQuote(view)].filter(Boolean));
}

function toOriginal({ original, original_opens: opens }) {
  return outside(original, icon(opens ? "out" : "down"), opens ? "Open original" : "Download original");
}

function showSteps(view) {
  const what = view.near ? "passage" : "quote";
  parts.steps.kept ??= { left: step("left", -1), at: el("span", {}), right: step("right", 1) };
  const { left, at, right } = parts.steps.kept;
  left.setAttribute("aria-label", `Previous ${what}`);
  right.setAttribute("aria-label", `Next ${what}`);
  at.textContent = `${view.index + 1} of ${view.siblings.length}`;
  if (!left.isConnected) parts.steps.replaceChildren(left, at, right);
}

function step(name, by) {
  const onclick = () => {
    const { siblings, index } = viewing.get();
    const next = siblings[(index + by + siblings.length) % siblings.length];
    viewing.set(next);
    show(next, false);
    announce(`${next.index + 1} of ${siblings.length}: ${next.document.title}`);
  };
  return button(name, "", onclick, "round");
}

function fill(view, document) {
  const { place, quote } = view;
  if (!place) parts.tools.replaceChildren(...[toOriginal(document)].filter(Boolean));
  const stands = quote === undefined || document.text.slice(place.u16_start, place.u16_end) === quote;
  if (!stands) warn("The text of this source has changed: the quote is no longer at this place, so nothing is marked.");
  const mark = stands && quote !== undefined ? place : null;
  parts.body.replaceChildren(...sections(document, mark, place?.u16_start));
  parts.body.scrollTop = 0;
  const target = parts.body.querySelector("mark, .here");
  if (target) scrollTo(tall(target) ? target.querySelector("strong") ?? target : target);
}

function warn(text) {
  parts.note.textContent = text;
  parts.note.setAttribute("role", "alert");
  parts.body.querySelector("p.meta")?.remove();
}

const tall = (element) => element.getBoundingClientRect().height > parts.body.clientHeight * 0.6;

/** A third down, so that what leads to the quote is read too. Twice: blocks get their true height once in sight. */
function scrollTo(target) {
  const { body } = parts;
  const move = () => {
    const offset = target.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop += offset - body.clientHeight * 0.3;
  };
  move();
  requestAnimationFrame(move);
}
