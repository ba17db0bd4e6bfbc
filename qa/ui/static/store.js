// What the parts share: the state of the engine, the documents, which of them are chosen, what the viewer shows.
// A module is loaded once, so these values are the same for every part that imports them.
import { api, ApiError } from "./lib.js";

/** A value that tells others when it changes. */
export function signal(value) {
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const watcher of watchers) watcher(next);
    },
    /** Calls `watcher` now and at every change. */
    watch(watcher) {
      watchers.add(watcher);
      watcher(value);
    },
    /** The first value that passes `test`, from now on. */
    until(test) {
      if (test(value)) return Promise.resolve(value);
      return new Promise((resolve) => {
        const watcher = (next) => test(next) && watchers.delete(watcher) && resolve(next);
        watchers.add(watcher);
      });
    },
  };
}

export const status = signal({ state: "loading", message: "Starting", done: 0, total: 0 });
export const listing = signal({ documents: [], failures: [] });
/** Ids a question may use; null = all, also those added later. */
export const chosen = signal(load("chosen", null));
/** What the viewer shows, or null. See viewer.js. */
export const viewing = signal(null);
/** Who waits for words to be selected in a source: {question, turn, use(documentId, quote, words)}, or null. */
export const correcting = signal(null);

chosen.watch((ids) => save("chosen", ids));

/** The chosen ids that exist, as the API wants them. */
export function onlyChosen() {
  const ids = chosen.get();
  return ids && listing.get().documents.map((each) => each.id).filter((id) => ids.includes(id));
}

export function progressText({ message, done, total }) {
  return total ? `${message}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}` : `${message} …`;
}

/** Kept for this tab, over reloads. */
export function save(name, value) {
  try {
    sessionStorage.setItem(`pincite.${name}`, JSON.stringify(value));
    return true;
  } catch {
    return false; // full or forbidden
  }
}

export function load(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(`pincite.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Files that were brought here and refused: [{path, reason}], kept in sight until they are forgotten. */
export const rejected = signal(load("rejected", []));
rejected.watch((files) => save("rejected", files));

let index = null; // the version of the index that `listing` shows

/** Fetch the list of documents. */
export async function refresh() {
  index = (await api("api/v1/status", undefined, { seconds: 20 })).index;
  listing.set(await api("api/v1/documents", undefined, { seconds: 60 }));
}

/** Fetch it again if the index was changed elsewhere. */
export async function refreshIfChanged() {
  if (index === null) return;
  try {
    if ((await api("api/v1/status", undefined, { seconds: 20 })).index !== index) await refresh();
  } catch {
    // The next question says what is wrong.
  }
}

window.addEventListener("focus", refreshIfChanged);

const POLL = 400;
let polling = false;

/** Ask for the state until the engine is there or has failed. */
export async function follow() {
  if (polling) return;
  polling = true;
  try {
    while (!(await settled())) await new Promise((resolve) => setTimeout(resolve, POLL));
  } finally {
    polling = false;
  }
}

async function settled() {
  try {
    const now = await api("api/v1/status", undefined, { seconds: 20 });
    if (now.state === "ready") await refresh();
    status.set(now);
    return now.state !== "loading";
  } catch (error) {
    status.set({ state: "failed", message: error instanceof ApiError ? error.message : String(error) });
    return true;
  }
}

follow();
