// The kiosk’s page inside another one: it shows a look that is not published, with a menu and nothing else
// of the server.

import { fetchJson } from "./live.js";

const nowhere = () => Promise.reject(new Error("a preview sends nothing"));

/** Replaces the kiosk’s link; the query of the address says of which hall and look the menu is. */
export function openPreview(on) {
  async function refetch() {
    const { status, json } = await fetchJson(`/affichage/apparence/borne${location.search}`, {
      headers: { "X-Caller": "person" },
    });
    if (status === 200) on.menu(json);
  }
  const silent = { post: nowhere, printSheet: nowhere, inform: nowhere, convocations: nowhere };
  return { ...silent, start: refetch, refetch, read: async () => [], information: async () => null };
}
