// « Écouter »: plays the sentences of a view one after the other until they end or it is stopped. No DOM.

// `ask(wanted)` resolves with the addresses to play, `play(address)` when one has ended; `silence()` ends it
export function openListening({ ask, play, silence, onChange = (_isOn) => {} }) {
  let current = null;

  async function start(reading) {
    stop();
    const mine = (current = {});
    onChange(true);
    try {
      for (const address of await ask(reading)) {
        if (current !== mine) return;
        await play(address);
      }
    } catch {
      /* what would be heard is written on the screen */
    }
    if (current === mine) ended();
  }

  function stop() {
    if (current === null) return;
    ended();
    silence();
  }

  function ended() {
    current = null;
    onChange(false);
  }

  return { start, stop, isOn: () => current !== null };
}
