// Plays the programme on the stage, and reports what was really visible, from when to when. DOM through the
// stage only.

import { contentOf, isMeasured, lengthened, pageCounts, welcome } from "./contents.js";
import { createMeasuredPages } from "./measured_pages.js";
import * as lists from "./playlist.js";
import { createStage } from "./stage.js";
import { localDay } from "./words.js";

/**
 * `play(moment)` brings the stage to an instant: `{programme, view, screen, at, isCovered, isFree,
 * isWhole}`, `isFree` when nobody is called any more, `isWhole` once the page looks as it will. The
 * welcome is shown until it is known how long the first programme takes to read: it is measured, or
 * `stored` by the page before. A newer programme waits for that while the former plays on. `onSeen(piece)`
 * receives each interval in which a notice was visible: `{item, notice, from, to, outcome, isWhole}`, in
 * the server's milliseconds; `onFailed(item, reason, notice, at)` a file that cannot be shown. `onEnd()`
 * asks for the next `play`. In a preview nothing is reported.
 */
export function createMediaPlayer({
  box,
  measure,
  leaving,
  line,
  rooms,
  wordsIn,
  own,
  lag,
  stored,
  loudness,
  serverNow,
  onSeen,
  onFailed,
  onEnd,
  onCounted,
}) {
  let playlist = lists.initialPlaylist({ lag });
  // the last programme whose readings are known, with the day that its hours mark: {programme, today}
  let playable = null;
  let onStage = null; // {key, item, showing}: the item on the stage
  let piece = null; // {item, notice, from}: since when it is visible without a break
  let timer = null;
  let notices = new Map(); // of items, for one that fails before it is shown
  let next = null; // the item to show as soon as it is ready
  let toPrepare = () => {};
  let isPreparing = false;
  const pages = createMeasuredPages({ box: measure, rooms, wordsIn, stored, onMeasured: onEnd });
  const stage = createStage({
    box,
    measure,
    leaving,
    line,
    pagesOf: pages.pagesOf,
    loudness,
    on: { seen: nowSeen, ready: onEnd, failed: notShown },
  });

  function play({ programme: given, view, screen, at, isCovered, isFree, isWhole }) {
    stage.greet(welcome(screen, own));
    const latest = { programme: given, today: localDay(at, screen?.time_zone) };
    const contentsOf = ({ programme: { items }, today }) =>
      new Map(items.map((item) => [item.id, contentOf(item, { view, screen, own, today })]));
    if (isWhole && pages.measure([...contentsOf(latest).values()].filter(isMeasured))) playable = latest;
    if (!playable) return { isResting: false, lag: playlist.lag };
    const contents = contentsOf(playable);
    const full = [...contents].filter(([, content]) => content);
    const needs = new Map(full.map(([item, content]) => [item, pages.needOf(content)]));
    const programme = lengthened(playable.programme, needs);
    if (playable === latest)
      onCounted?.(pageCounts([...contents.values()], pages.countPages), programme.items);
    notices = new Map(programme.items.map((item) => [item.id, item.notice]));
    const ids = programme.items.map((item) => item.id);
    const empty = ids.filter((id) => !needs.has(id));
    const large = ids.filter((id) => needs.get(id)?.isLarge);
    const waiting = Object.fromEntries(view.queues.map((line) => [line.queue, line.waiting]));
    const moment = { programme, at, waiting, empty, large, isFree };
    // what nobody has seen yet is not interrupted: a screen that has just started is not late
    playlist = lists.moved(playlist, { ...moment, isCovered: isCovered && onStage !== null });
    const isHidden = isCovered || playlist.isResting;
    stage.cover(isHidden);
    let turnsIn = Infinity;
    if (isHidden || (!isFree && large.includes(piece?.item))) endPiece(at);
    if (!isHidden) turnsIn = showItem({ asked: moment, contents, screen });
    clearTimeout(timer);
    timer = setTimeout(onEnd, Math.min(lists.endsIn(playlist, at), Math.ceil(turnsIn), 60_000));
    return { isResting: playlist.isResting, lag: playlist.lag };
  }

  function showItem({ asked: moment, contents, screen }) {
    const { programme, at } = moment;
    const { showing } = playlist;
    if (!showing) return Infinity;
    const key = `${showing.item ?? "welcome"} ${showing.item === null ? "" : showing.began}`;
    const item = programme.items.find((one) => one.id === showing.item) ?? null;
    const content = item ? contents.get(item.id) : welcome(screen, own);
    next = { key, item, showing };
    const following = lists.nextAfter(playlist, moment);
    const turnsIn = stage.show(item?.id ?? "", content, {
      position: lists.turnOf(playlist, at) - showing.began,
      ms: showing.until_turn - showing.began,
      isNew: onStage?.key !== key,
      isFollowed: following !== showing.item,
    });
    // after an alert the former item stands again until the next one can be shown
    if (onStage?.key === key || stage.stands()) beginPiece(at);
    else endPiece(at);
    const nextContent = contents.get(following);
    if (nextContent) oncePainted(() => stage.prepare(following, nextContent));
    return turnsIn;
  }

  /** The next item is measured once the shown one is painted: else every change would come late by that. */
  function oncePainted(work) {
    toPrepare = work;
    if (isPreparing) return;
    isPreparing = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        isPreparing = false;
        toPrepare();
      }),
    );
  }

  function nowSeen() {
    if (onStage?.key === next.key) return;
    const at = serverNow();
    endPiece(at);
    onStage = next;
    beginPiece(at);
  }

  function beginPiece(at) {
    if (piece || !onStage?.item?.notice) return;
    const { item, showing } = onStage;
    const turn = onStage.key === next.key ? showing : null;
    piece = { item: item.id, notice: item.notice, from: at, turn, reading: stage.readingMs() };
  }

  /** The display under way ends at an instant: another item comes, calls cover it, or the page closes. */
  function endPiece(at) {
    if (!piece) return;
    onSeen(displayOf(piece, at));
    piece = null;
  }

  /** `isWhole`: it came to its end, or its only page stood long enough to be read. */
  function displayOf({ item, notice, from, turn, reading }, at) {
    const isOver = turn !== null && lists.isWhole(turn, lists.turnOf(playlist, at));
    const isWhole = isOver || at - from >= (reading ?? Infinity);
    return { item, notice, from, to: Math.max(at, from), outcome: isOver ? "completed" : "cut", isWhole };
  }

  function notShown(item, reason) {
    const at = serverNow();
    playlist = lists.failed(playlist, item, at);
    onFailed(item, reason, notices.get(item) ?? null, at);
    onEnd();
  }

  /** The display under way, as it would end now: stored so that a page that dies has reported it. */
  const seenNow = (at) => (piece ? displayOf(piece, at) : null);

  return {
    play,
    seenNow,
    redraw: () => {
      pages.forget();
      stage.resettle();
    },
    resettle: stage.resettle,
    keepStill: stage.keepStill,
    halt: stage.halt,
  };
}
