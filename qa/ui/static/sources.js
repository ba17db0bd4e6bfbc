// The Sources tab: every document, which of them a question may use, and what could not be read.
import { add, changeable, dropzone, remove } from "./adding.js";
import { healthBox } from "./health.js";
import { bytes, count, day, el, icon } from "./lib.js";
import { chosen, listing, rejected, viewing } from "./store.js";
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
  const columns = el("div", { class: "columns", "aria-hidden": "true" }, ["Title", "Kind", "Date", "Size", "Passages"].map((name) => el("span", {}, name)));
  const scroller = el("div", { class: "scroller", role: "region", "aria-label": "Sources", tabindex: "0" }, failed, healthBox(), columns, list);
  const tab = el("div", { class: "sources" }, dropzone(), tools, total, scroller);
  element.replaceChildren(tab);
  takeDrops(tab);
  listing.watch(draw);
  rejected.watch(drawFailures);
  viewing.watch(showOpen);
  changeable.watch(draw);
}

/** Files may be dropped anywhere on the tab. */
function takeDrops(tab) {
  let inside = 0; // entering a child comes before leaving its parent
  const over = (by) => tab.classList.toggle("dropping", (inside = Math.max(0, inside + by)) > 0);
  const files = (event) => changeable.get() && event.dataTransfer?.types.includes("Files");
  tab.addEventListener("dragenter", (event) => files(event) && over(1));
  tab.addEventListener("dragleave", (event) => files(event) && over(-1));
  tab.addEventListener("dragover", (event) => files(event) && event.preventDefault());
  tab.addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    over(-inside);
    add(event.dataTransfer.files);
  });
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
  drawFailures();
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
  const names = el("div", { class: "names" }, title, el("span", { class: "meta" }, document.publisher ?? document.id));
  const facts = [document.kind.toUpperCase(), day(document.published) ?? "", bytes(document.size), document.passages.toLocaleString("en")];
  const cells = el("div", { class: "facts" }, facts.map((fact) => el("span", {}, fact)));
  const away = el("button", { hidden: !changeable.get(), class: "round", type: "button", "aria-label": `Remove ${document.title}`, title: "Remove", onclick: () => remove(document) }, icon("bin"));
  return el("li", {}, el("label", { class: "tick" }, box), names, cells, away);
}

/** What could not be read, by the index or already when it was brought here. */
function drawFailures() {
  const { failures } = listing.get();
  const refused = rejected.get();
  const all = [...failures, ...refused];
  parts.failed.hidden = all.length === 0;
  const rows = all.map(({ path, reason }) => el("li", {}, el("strong", {}, path), el("span", {}, reason)));
  const forget = el("button", { class: "quiet", type: "button", onclick: () => rejected.set([]) }, "Forget those that were not added");
  parts.failed.replaceChildren(el("h3", {}, `${count(all.length, "file")} could not be read`), el("ul", {}, rows), refused.length ? forget : "");
}

function showOpen(view) {
  for (const button of parts.list.querySelectorAll("[data-key]")) {
    button.setAttribute("aria-current", String(button.dataset.key === view?.key));
  }
}
