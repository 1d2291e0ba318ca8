// What is typed into a notice and not saved: the server keeps it while its author types, so that another page
// or computer goes on. Where two changed it, the author chooses.

import { byId, one, show, write } from "../shared/dom.js";
import { createDraft } from "../shared/saved_draft.js";
import { csrfHeader, read, send, uuid, whyNotRead } from "../shared/verbs.js";

const DRAFTS = "/api/v1/notices/drafts";
const thisPage = uuid();

/**
 * Keeps the draft of the notice of the page. `version()` is the one that it changes, 0 for a new notice;
 * `takeUp(content)` fills the form; `giveUp()` empties it of what is not saved; `refuse(text)` says why not.
 *
 * @param {{ page: any, say: any, instant: (at: string) => string, version: () => number,
 *   takeUp: (content: any) => any, giveUp: () => void, refuse: (text: string) => void }} parts
 */
export function createNoticeDraft({ page, say, instant, version, takeUp, giveUp, refuse }) {
  const hour = new Intl.DateTimeFormat(page.language, { timeStyle: "short", hourCycle: "h23" });
  const opened = new URLSearchParams(location.search).get("brouillon");
  let id = page.notice ?? opened ?? uuid();
  /** @type {Api.NoticeDraft[]} */
  let drafts = [];
  let begun = ""; // the draft of another new notice, which is offered
  let other = { edition: 0 }; // what another page kept meanwhile
  let isLost = false; // what is typed now would be lost with the page
  const kept = createDraft({
    put: (body, sending = {}) => {
      const draft = { draft: id, page: thisPage, base_version: version(), ...body };
      const request = { method: "PUT", path: DRAFTS, body: draft, headers: csrfHeader() };
      return send(request, { repeats: 0, ...sending });
    },
    baseOf: ({ edition }) => ({ edition }),
    tell,
    took: nameIt,
    collided: askWhich,
    isPaced: true,
  });
  addEventListener("pagehide", () => kept.leave());
  addEventListener("online", () => kept.flush());
  addEventListener("beforeunload", (event) => isLost && event.preventDefault());
  byId("resume").addEventListener("click", () =>
    begun ? location.assign(`/affichage/message?brouillon=${begun}`) : resume(),
  );
  byId("drop").addEventListener("click", drop);
  byId("keep-mine").addEventListener("click", keepMine);
  byId("take-other").addEventListener("click", takeOther);

  return {
    /** Begins with what the server has of the notice. */
    begin(content) {
      isLost = false;
      kept.settle();
      kept.begin(content, { edition: 0 });
    },
    edited: kept.edited,
    /** Waits for the save under way before a press. */
    pause: kept.pause,
    offer,
    /** The notice of this id was saved or moved on: there is no draft of it any more. */
    async end(notice) {
      kept.settle();
      for (const place of ["[data-resumable]", "[data-conflict]"]) show(place, false);
      await forget(id);
      id = notice;
    },
  };

  /** What was typed before: taken up at once where the notice is the same since; else it is offered. */
  async function offer() {
    try {
      ({ drafts } = await read(DRAFTS));
    } catch (error) {
      return refuse(whyNotRead(error, say));
    }
    if (opened && !page.notice) return resume();
    const found = drafts.find(({ draft, base_version: base }) => (page.notice ? draft === id : base === 0));
    if (!found) return undefined;
    if (page.notice && found.base_version === version()) return resume();
    begun = page.notice ? "" : found.draft;
    const words = { title: found.title || say("notices.kept.untitled"), at: instant(found.changed_at) };
    write("resumable", say(begun ? "notices.kept.begun" : "notices.kept.older", words));
    return show("[data-resumable]", true);
  }

  function resume() {
    const found = drafts.find(({ draft }) => draft === id);
    if (!found) return refuse(say("notices.kept.gone"));
    kept.begin(takeUp(found.content), { edition: found.edition });
    write("resumable", say("notices.kept.resumed", { at: instant(found.changed_at) }));
    show("[data-resumable]", true);
    byId("resume").hidden = true;
    return undefined;
  }

  async function drop() {
    show("[data-resumable]", false);
    byId("kind").focus();
    if (begun) return forget(begun);
    await kept.pause();
    giveUp();
    write("kept", "");
    return forget(id);
  }

  function forget(draft) {
    const path = `${DRAFTS}/${encodeURIComponent(draft)}`;
    return send({ method: "DELETE", path, headers: csrfHeader() }, { repeats: 1 });
  }

  /** Says when the draft was kept: other words once a minute at most, for who hears them. */
  function tell(state, detail = "") {
    if (state === "waiting" || state === "saving") return;
    isLost = state !== "saved";
    const words = isLost ? detail || say("notices.kept.away") : "";
    const at = hour.format(new Date());
    write("kept", state === "halted" ? "" : words || say("notices.kept.here", { at }));
  }

  /** From its first save on, the address of a new notice leads to its draft. */
  function nameIt() {
    if (!page.notice) history.replaceState(null, "", `/affichage/message?brouillon=${id}`);
  }

  function askWhich({ code, at, edition = 0 }) {
    other = { edition };
    const words = code === "draft_changed" ? say("notices.kept.changed", { at: instant(at) }) : "";
    write("conflict", words || say("notices.kept.ended"));
    show("[data-conflict]", true);
  }

  function keepMine() {
    show("[data-conflict]", false);
    one("main").focus();
    return kept.overwrite(other);
  }

  function takeOther() {
    isLost = false;
    kept.settle();
    location.reload();
  }
}
