// The empty screen: what this is, and questions to begin with.
import { api, el } from "./lib.js";
import { listing } from "./store.js";

/** `state`: an element for what is wrong. `ask(question)` is called with the example chosen. */
export function welcome(state, ask) {
  const list = el("ul", { class: "examples" });
  listing.watch(({ documents }) => documents.length && offer(list, ask));
  return el(
    "section",
    { class: "welcome" },
    el("h2", {}, "Ask your documents."),
    el("p", {}, "The answer is a quote, word for word, with the place it stands at. If the sources do not answer, Pincite says so."),
    state,
    list,
  );
}

async function offer(list, ask) {
  try {
    const { questions } = await api("api/v1/examples");
    list.replaceChildren(...questions.map((question) => el("li", {}, example(question, ask))));
  } catch {
    list.replaceChildren(); // they are a help, no more
  }
}

const example = (question, ask) => el("button", { type: "button", onclick: () => ask(question) }, question);
