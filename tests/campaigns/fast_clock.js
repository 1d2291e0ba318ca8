// Makes the clock and the timers of a page sixty times as fast. Each timer is still a task of its own, as on a
// screen. Frames, films and fades keep their pace.
{
  const PACE = 60;
  const began = Date.now();
  const RealDate = Date;
  const now = () => began + (RealDate.now() - began) * PACE;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length ? given : [now()]));
    }
    static now() {
      return Math.round(now());
    }
  };
  const { setTimeout: after, setInterval: every } = globalThis;
  globalThis.setTimeout = (work, ms = 0, ...given) => after(work, ms / PACE, ...given);
  globalThis.setInterval = (work, ms = 0, ...given) => every(work, ms / PACE, ...given);
}
