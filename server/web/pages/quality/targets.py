"""The words of the quality page about decided targets."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from server.domain.hall.configuration import Service
from server.domain.quality.rollup import Tally, waits_within
from server.domain.quality.targets import Target
from server.web.pages.quality import wording


def remark(
    since: Tally, starts_on: date, target: Target, words: Callable[..., str], language: str
) -> tuple[str, str]:
    """Says in words, with a tone, whether a target is kept since it applies; nothing without waits.

    `since`: what the period counted of the service from the day the target applies; `starts_on`: the first
    day of the period.
    """
    share = waits_within(since, target.wait_s).percent
    if share is None:
        return "", ""
    tone = "missed" if share < target.share_percent else "reached"
    suffix = "_since" if target.applies_from_on > starts_on else ""
    sentence = words(
        f"quality.target.{tone}{suffix}",
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
