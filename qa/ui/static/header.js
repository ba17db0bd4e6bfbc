// The name, what it does, how the index is, and the light switch.
import { count, el, icon } from "./lib.js";
import { listing, progressText, status } from "./store.js";

const KEY = "pincite.theme";

export function mount(element) {
  const state = el("p", { class: "state", role: "status" });
  const toggle = el("button", { class: "round", type: "button", "aria-label": "Dark theme", onclick: switchTheme }, icon("theme"));
  const name = el("h1", {}, "Pincite");
  const api = el("a", { class: "quiet", href: "api/v1/docs", target: "_blank", rel: "noopener", title: "The REST API, and MCP" }, "API");
  element.replaceChildren(
    el("header", { class: "top" }, name, el("p", { class: "motto" }, "Answers quoted word for word"), state, api, toggle),
  );
  status.watch((now) => show(state, now));
  listing.watch(() => show(state, status.get()));
  applyTheme(toggle);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => applyTheme(toggle));
}

function show(element, now) {
  element.dataset.state = now.state;
  const ready = `${count(listing.get().documents.length, "source")}`;
  const text = { ready, loading: progressText(now), failed: "Not ready" }[now.state];
  if (element.textContent !== text) element.textContent = text;
}

function switchTheme(event) {
  try {
    localStorage.setItem(KEY, document.body.classList.contains("dark") ? "light" : "dark");
  } catch {
    document.body.classList.toggle("dark"); // no storage: for this page only
    return;
  }
  applyTheme(event.currentTarget);
}

function applyTheme(toggle) {
  const wanted = stored() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  document.body.classList.toggle("dark", wanted === "dark");
  toggle.setAttribute("aria-pressed", String(wanted === "dark"));
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
