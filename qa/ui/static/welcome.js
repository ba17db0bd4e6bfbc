// The empty screen: what this is, and questions to begin with.
import { el } from "./lib.js";
import { listing } from "./store.js";

/** `state`: an element for what is wrong. `ask(question)` is called with the example chosen. */
export function welcome(examples, state, ask) {
  const list = el("ul", { class: "examples" });
  listing.watch(({ documents }) => {
    const ids = new Set(documents.map((each) => each.id));
    const offered = examples.filter((each) => ids.has(each.document_id));
    list.replaceChildren(...offered.map(({ question }) => el("li", {}, example(question, ask))));
  });
  return el(
    "section",
    { class: "welcome" },
    el("h2", {}, "Ask your documents."),
    el("p", {}, "The answer is a quote, word for word, with the place it stands at. If the sources do not answer, Pincite says so."),
    state,
    list,
  );
}

const example = (question, ask) => el("button", { type: "button", onclick: () => ask(question) }, question);
