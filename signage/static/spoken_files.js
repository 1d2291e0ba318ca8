// Which files of a call a screen plays: those of the loudspeakers, or of the induction loop, without a chime.

/**
 * `{whole: [{url, onceMs}], brief: [{url}]}` in the order of `languages`; `output` is "loudspeaker" or
 * "loop". A call rendered before the hall had a loop is played there in the ordinary form. While others wait,
 * a call is spoken in the first language only, so that each is spoken in time.
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
