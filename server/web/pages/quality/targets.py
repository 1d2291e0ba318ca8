"""The words of the quality page about decided targets."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from server.domain.hall.configuration import Service
from server.domain.quality.rollup import Tally, waits_within
from server.domain.quality.targets import Target
from server.usecases.quality.read_indicators import HallDays
from server.web.pages.quality import wording


def remark(
    found: HallDays, starts_on: date, target: Target, words: Callable[..., str], language: str
) -> tuple[str, str]:
    """Says in words, with a tone, whether a target is kept since it applies; nothing without waits.

    `starts_on`: the first day of the period.


    """
    total = Tally()
    for day, rollup in found.days.items():
        if day >= target.applies_from_on:
            total.add(rollup.of_service(target.service).total())
    share = waits_within(total, target.wait_s).percent
    if share is None:
        return "", ""
    tone = "missed" if share < target.share_percent else "reached"
    since = "_since" if target.applies_from_on > starts_on else ""
    sentence = words(
        f"quality.target.{tone}{since}",
        percent=target.share_percent,
        minutes=wording.minutes(target.wait_s),
        share=wording.whole_percent(share),
        day=wording.short_day(target.applies_from_on, language),
    )
    return sentence, tone


def shared_target_s(services: Iterable[Service], targets: Mapping[str, Target]) -> int | None:
    """The target these services shared at the end of a period, in seconds; `targets`: those decided by then.

    None when they differ, or when it is not known: the first was decided since.
    """
    targets_s = {_target_s(service, targets) for service in services}
    return targets_s.pop() if len(targets_s) == 1 else None


def _target_s(service: Service, targets: Mapping[str, Target]) -> int | None:
    if service.id in targets:
        return targets[service.id].wait_s
    return service.target_s if service.target_from_on is None else None
