// The service worker of a ticket's page: shows what is pushed, even if the page is closed. A push holds one
// word; the place and the number are read with the ticket's token, which is in the worker's own scope. It
// answers no request of the page and keeps nothing. `TOLD` ({language, sentences}) is written before this.

/* global TOLD */
const phone = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const READ_MS = 8_000;
const VIBRATED_MS = [300, 150, 300, 150, 600];

phone.addEventListener("install", () => phone.skipWaiting());
phone.addEventListener("push", (event) => event.waitUntil(tell(event.data?.text() ?? "")));
phone.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage());
});

async function tell(rule) {
  const { title, body } = words(rule, await ticketNow());
  const options = {
    body,
    lang: TOLD.language,
    tag: "turn",
    renotify: true,
    requireInteraction: true,
    vibrate: VIBRATED_MS,
  };
  await phone.registration.showNotification(title, options);
}

/** What is said: of a call the place, where it could be read; a late push says no more than is so. */
function words(rule, ticket) {
  const say = (key, values = {}) =>
    TOLD.sentences[`told.push.${key}`].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  const number = ticket ? say("number", { number: ticket.number }) : "";
  if (ticket?.state === "called" && ticket.call)
    return { title: say("called"), body: `${ticket.call.counter.label}. ${number}` };
  if (ticket && ticket.state !== "waiting") return { title: say("open"), body: number };
  return { title: say(!ticket && rule === "called" ? "called" : "soon"), body: number };
}

async function ticketNow() {
  const token = new URL(phone.registration.scope).pathname.split("/").pop();
  try {
    const answer = await fetch(`/api/v1/tickets/${token}?lang=${TOLD.language}`, {
      signal: AbortSignal.timeout(READ_MS),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function openPage() {
  const pages = await phone.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find(({ url }) => url.startsWith(phone.registration.scope));
  await (open ? open.focus() : phone.clients.openWindow(phone.registration.scope));
}
