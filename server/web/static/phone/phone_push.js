// Messages to a closed page: the browser's subscription, for this ticket alone, asked for by a press.

/**
 * Shows the button where this browser takes messages, and lets it turn them on and off.
 *
 * The service worker has the address of the ticket's page as its scope: each ticket has a subscription of its
 * own, and the worker knows the ticket without keeping anything.
 *
 * @param {HTMLElement} button
 * @param {{ token: string, language: string, offers: { push: string } }} page
 * @param {{ act: (subscription: object | null) => Promise<any>, refuse: (text: string) => void,
 *   say: (key: string) => string }} to
 */
export async function offerPush(button, page, { act, refuse, say }) {
  if (!("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis)) return;
  const scope = `/t/${page.token}`;
  const registration = await navigator.serviceWorker.getRegistration(scope);
  let subscription = registration?.scope.endsWith(scope)
    ? await registration.pushManager.getSubscription()
    : null;
  const draw = () => button.setAttribute("aria-pressed", String(Boolean(subscription)));
  draw();
  button.hidden = false;
  button.addEventListener("click", async () => {
    const before = subscription;
    try {
      subscription = before ? null : await subscribe(scope, page);
      const { endpoint, keys } = subscription?.toJSON() ?? {};
      const answer = await act(subscription && { endpoint, keys });
      if (!answer.ok) throw new Error(answer.problem?.detail ?? say("phone.no_answer"));
      await before?.unsubscribe();
    } catch (error) {
      if (!before) await subscription?.unsubscribe();
      subscription = before;
      refuse(
        error instanceof DOMException || !(error instanceof Error)
          ? say("phone.push.refused")
          : error.message,
      );
    }
    draw();
  });
}

async function subscribe(scope, { language, offers }) {
  await Notification.requestPermission();
  const worker = `/t/worker.js?lang=${language}`;
  const registration = await navigator.serviceWorker.register(worker, { scope });
  await activated(registration);
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: offers.push });
}

/** Once the worker runs: only then does it take messages. */
async function activated({ installing, waiting, active }) {
  const worker = active ?? waiting ?? installing;
  while (worker && worker.state !== "activated")
    await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
}
