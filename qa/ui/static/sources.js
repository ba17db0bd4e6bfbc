// The Sources tab: every document, which of them a question may use, and what could not be read.
import { bytes, count, day, dotted, el } from "./lib.js";
import { chosen, listing, viewing } from "./store.js";
import { openView } from "./viewer.js";

let parts;

export function mount(element) {
  const filter = el("input", { type: "search", placeholder: "Filter by title, publisher or file", "aria-label": "Filter sources", oninput: draw });
  const total = el("p", { class: "meta", role: "status" });
  const all = el("button", { class: "button", type: "button", onclick: () => choose(true) });
  const none = el("button", { class: "button", type: "button", onclick: () => choose(false) });
  const list = el("ul", { class: "list" });
  const failed = el("section", { class: "failed", "aria-label": "Files that could not be read" });
  parts = { filter, total, all, none, list, failed };
  const tools = el("div", { class: "tools" }, filter, all, none);
  const scroller = el("div", { class: "scroller", role: "region", "aria-label": "Sources", tabindex: "0" }, failed, list);
  element.replaceChildren(el("div", { class: "sources" }, tools, total, scroller));
  listing.watch(draw);
  viewing.watch(showOpen);
}

// -- choosing

const ids = (documents) => documents.map((document) => document.id);
const isChosen = (id) => chosen.get()?.includes(id) ?? true;

function matching() {
  const words = parts.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  return listing.get().documents.filter((document) => {
    const text = `${document.title} ${document.publisher ?? ""} ${document.id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function choose(wanted, which = ids(matching())) {
  const all = ids(listing.get().documents);
  const next = all.filter((id) => (which.includes(id) ? wanted : isChosen(id)));
  chosen.set(next.length === all.length ? null : next);
  for (const box of parts.list.querySelectorAll("input")) box.checked = isChosen(box.value);
  describe();
}

// -- drawing

function draw() {
  const rows = matching().map(row);
  parts.list.replaceChildren(...rows);
  drawFailures(listing.get().failures);
  showOpen(viewing.get());
  describe();
}

function describe() {
  const all = listing.get().documents;
  const [seen, picked] = [matching().length, all.filter(({ id }) => isChosen(id)).length];
  const filtered = seen < all.length;
  parts.all.textContent = filtered ? `Choose these ${seen}` : "Choose all";
  parts.none.textContent = filtered ? `Leave out these ${seen}` : "Choose none";
  parts.all.disabled = parts.none.disabled = seen === 0;
  const use = picked === all.length ? "Questions use all of them." : `Questions use ${picked} of them.`;
  parts.total.textContent = `${filtered ? `${seen} of ` : ""}${count(all.length, "source")}. ${all.length ? use : ""}`;
}

function row(document) {
  const onchange = (event) => choose(event.target.checked, [document.id]);
  const box = el("input", { type: "checkbox", value: document.id, "aria-label": `Use ${document.title}`, onchange });
  box.checked = isChosen(document.id);
  const onclick = (event) => openView({ key: `source/${document.id}`, documentId: document.id, document }, event.currentTarget);
  const title = el("button", { class: "plain", type: "button", "data-key": `source/${document.id}`, onclick }, document.title);
  const from = el("span", { class: "meta" }, dotted(document.publisher, day(document.published)));
  const facts = dotted(document.kind.toUpperCase(), bytes(document.size), count(document.passages, "passage"));
  return el("li", {}, el("label", { class: "tick" }, box), el("div", {}, title, from, el("span", { class: "meta" }, facts)));
}

function drawFailures(failures) {
  parts.failed.hidden = failures.length === 0;
  const rows = failures.map(({ path, reason }) => el("li", {}, el("strong", {}, path), el("span", {}, reason)));
  parts.failed.replaceChildren(el("h3", {}, `${count(failures.length, "file")} could not be read`), el("ul", {}, rows));
}

function showOpen(view) {
  for (const button of parts.list.querySelectorAll("[data-key]")) {
    button.setAttribute("aria-current", String(button.dataset.key === view?.key));
  }
}
