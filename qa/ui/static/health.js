// The state of the documents, examined when somebody asks: what `pincite sources --health` tells.
import { api, count, el } from "./lib.js";
import { listing } from "./store.js";

const SHOWN = 100;

/** A button, and below it what was found; that goes when there are other documents. */
export function healthBox() {
  const said = el("p", { class: "meta", role: "status" });
  const found = el("div", { class: "troubles" });
  const check = el("button", { class: "button", type: "button", onclick: examine }, "Check all sources");
  listing.watch(() => found.replaceChildren());

  async function examine() {
    check.disabled = true;
    found.replaceChildren();
    said.textContent = "Every source is being read…";
    try {
      show(await api("api/v1/health"));
    } catch (error) {
      said.textContent = error.message;
    }
    check.disabled = false;
  }

  function show({ documents, troubles, languages }) {
    const spoken = languages.map(({ name, documents: number }) => `${name} ${number}`).join(", ");
    const wrong = troubles.length ? "" : "Nothing is wrong. ";
    said.textContent = `${count(documents, "source")} checked. ${wrong}Languages: ${spoken}.`;
    found.replaceChildren(...troubles.map(trouble));
  }

  return el("section", { class: "health", "aria-label": "State of the sources" }, el("div", { class: "row" }, check, said), found);
}

function trouble({ title, cases }) {
  const lines = cases.slice(0, SHOWN).map((line) => el("li", {}, line));
  if (cases.length > SHOWN) lines.push(el("li", {}, `… and ${(cases.length - SHOWN).toLocaleString("en")} more: pincite sources --health --json lists them all`));
  return el("details", {}, el("summary", {}, `${title}: ${cases.length.toLocaleString("en")}`), el("ul", {}, lines));
}
