// Which files of a call a screen plays: those of the loudspeakers, or of the induction loop, without a chime.

/**
 * `{whole: [{url, onceMs}], brief: [{url}]}` in the order of `languages`; `output` is "loudspeaker" or
 * "loop". A call
 * that was rendered before the hall had a loop is heard there as everywhere. While others wait a call is said
 * in the first
 * language only, so that each is heard before it is too old.
 */
export function spokenFiles(message, languages, output) {
  const isLoop = output === "loop" && message.loop;
  const [audio, onceMs] = isLoop ? [message.loop, message.loop_once_ms] : [message.audio, message.once_ms];
  return {
    whole: languages
      .filter((language) => audio?.[language])
      .map((language) => ({ url: audio[language], onceMs: onceMs?.[language] })),
    brief: languages
      .filter((language) => message.brief?.[language])
      .slice(0, 1)
      .map((language) => ({ url: message.brief[language] })),
  };
}
