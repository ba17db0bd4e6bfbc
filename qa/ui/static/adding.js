// Adding files to the sources and taking documents out of them: upload, progress, undo.
import { announce, api, bytes, count, documentPath, el, icon, sentence } from "./lib.js";
import { progressText, refresh, rejected, signal, viewing } from "./store.js";
import { closeViewer } from "./viewer.js";

const POLL = 300;
/** Whether the server lets its sources be changed. */
export const changeable = signal(false);
let parts;
let rules = { formats: [], max_bytes: Infinity };

/** The box that takes files and says how far it is. */
export function dropzone() {
  const input = el("input", { type: "file", multiple: true, hidden: true, onchange: () => take(input) });
  const choose = el("button", { class: "button", type: "button", onclick: () => input.click() }, "Add files");
  const hint = el("p", { class: "meta" }, "or drop them here");
  const bar = el("progress", { class: "progress", hidden: true, "aria-label": "Progress" });
  const said = el("p", { class: "said", role: "status" });
  parts = { input, choose, hint, bar, said };
  const box = el("div", { class: "drop" }, el("div", { class: "row" }, choose, input, hint), said, bar);
  changeable.watch((yes) => (box.hidden = !yes));
  learnRules();
  return box;
}

async function learnRules() {
  try {
    rules = await api("api/v1/uploads");
    parts.input.accept = rules.formats.join(",");
    parts.hint.textContent = `or drop them here: ${rules.formats.join(" ")}, up to ${bytes(rules.max_bytes).replace(".0", "")} each`;
    changeable.set(rules.formats.length > 0);
  } catch {
    changeable.set(false);
  }
}

function take(input) {
  const files = [...input.files];
  input.value = "";
  add(files);
}

// -- adding

/** Upload `files`, then have them indexed. What is refused is listed with the reason. */
export async function add(files) {
  const all = [...files];
  if (!all.length || parts.choose.disabled) return;
  busy(true);
  const kept = [];
  for (const [index, file] of all.entries()) {
    say(`Uploading ${file.name} (${index + 1} of ${all.length})`);
    try {
      const given = await upload(file, (share) => progress(index + share, all.length));
      kept.push(given.name);
      forgive(given.name);
    } catch (error) {
      refuse(file.name, error.message);
    }
  }
  if (kept.length) await changed(() => api("api/v1/documents", { uploads: kept }), ({ failures }) => added(kept, failures));
  else say("Nothing was added: see what could not be read.", true);
  busy(false);
  parts.choose.focus();
}

/** What to say of files that were sent to be indexed. */
function added(names, failures) {
  const read = names.filter((name) => !failures.some((each) => each.path === name));
  const good = read.length ? `Added ${few(read)}.` : "";
  const bad = failures.length ? `${few(failures.map((each) => each.path))} could not be read: ${sentence(failures[0].reason)}` : "";
  return [good, bad].filter(Boolean).join(" ");
}

const few = (names) => (names.length === 1 ? names[0] : count(names.length, "file"));

function refuse(path, reason) {
  forgive(path);
  rejected.set([...rejected.get(), { path, reason }]);
}

/** What was refused before is not held against a file of that name that is taken. */
function forgive(path) {
  rejected.set(rejected.get().filter((each) => each.path !== path));
}

/** XMLHttpRequest, since fetch does not tell how much of a body has been sent. */
function upload(file, told) {
  if (file.size > rules.max_bytes) return Promise.reject(new Error(`It is larger than ${bytes(rules.max_bytes)}.`));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `api/v1/uploads?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onload = () => (request.status === 201 ? resolve(request.response) : reject(new Error(explain(request))));
    request.onerror = () => reject(new Error("Pincite cannot be reached."));
    request.send(file);
  });
}

function explain({ status, response }) {
  const said = response?.detail;
  return typeof said === "string" ? sentence(said) : `The server did not take it (status ${status}).`;
}

// -- removing

/** Take a document out; the line that says so has an Undo. */
export async function remove(document) {
  if (parts.choose.disabled) return;
  busy(true);
  if (viewing.get()?.documentId === document.id) closeViewer();
  const path = documentPath(document.id);
  const done = await changed(() => api(path, undefined, { method: "DELETE" }), () => `Removed ${document.title}.`);
  busy(false);
  if (!done) return parts.choose.focus();
  const undo = el("button", { class: "quiet", type: "button", onclick: () => restore(document) }, icon("undo"), "Undo");
  parts.said.append(" ", undo);
  undo.focus();
}

async function restore(document) {
  busy(true);
  await changed(() => api("api/v1/documents/restore", { ids: [document.id] }), () => `${document.title} is back.`);
  busy(false);
  parts.choose.focus();
}

// -- a change of the index, followed to its end

/** Whether it was done. Always ends with a message. */
async function changed(start, done) {
  try {
    let now = await start();
    while (now.state === "working") {
      say(progressText(now));
      progress(now.done, now.total);
      await new Promise((resolve) => setTimeout(resolve, POLL));
      now = await api("api/v1/changes");
    }
    for (const { path, reason } of now.failures) refuse(path, reason);
    if (now.state === "failed") throw new Error(sentence(now.message));
    await refresh();
    say(done(now), now.failures.length > 0);
    return true;
  } catch (error) {
    say(error.message, true);
    return false;
  }
}

function busy(yes) {
  parts.choose.disabled = yes;
  parts.bar.hidden = !yes;
  parts.bar.removeAttribute("value");
}

function progress(done, total) {
  if (!total) return parts.bar.removeAttribute("value");
  parts.bar.max = total;
  parts.bar.value = done;
}

function say(text, wrong = false) {
  if (parts.said.textContent === text) return;
  parts.said.classList.toggle("wrong", wrong);
  parts.said.textContent = text;
  if (wrong) announce(text);
}
