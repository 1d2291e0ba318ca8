// The services a ticket may be given for, and what each says of itself. Pure.

/** The services of a menu without the folders they stand in. */
export function leaves(services) {
  return services.flatMap((service) => (service.children?.length ? leaves(service.children) : [service]));
}

const GIVES_TICKETS = ["open", "no_counter"];

/** Whether a service (id) gives tickets in a menu and gave none in the menu before. */
export function reopens(service, before, after) {
  const gives = (menu) => menu.some(({ id, state }) => id === service && GIVES_TICKETS.includes(state));
  return gives(after) && !gives(before);
}

/** What stands under the name of a service: how many wait, or why there is no ticket. */
export function noteOf(service, queue, say) {
  if (!GIVES_TICKETS.includes(service.state))
    return [say(`reception.service.${service.state}`), service.why_stopped].filter(Boolean).join(" · ");
  const waiting =
    queue?.queues.find(({ services }) => services.includes(service.id))?.waiting ?? service.waiting;
  const count =
    waiting > 0 ? say("reception.service.waiting", { count: waiting }) : say("reception.service.nobody");
  return service.state === "no_counter" ? `${count} · ${say("reception.service.no_counter")}` : count;
}
