"""Facts of alarms, in their hall's journal, and of recipients, in the installation's journal."""

from server.domain.alarms.detection import Alarm, AlarmChange
from server.domain.alarms.recipient_choices import AlarmChoice
from server.domain.facts import Erasable, Fact, FactKind


def alarm_raised(alarm: str, change: AlarmChange) -> Fact:
    """A fault has lasted long enough for a person to know of it."""
    kind, subject = change.watched
    body = {"id": alarm, "kind": str(kind), "subject": subject, "values": dict(change.values)}
    return Fact(FactKind.ALARM_RAISED, body)


def alarm_returned(alarm: Alarm, change: AlarmChange) -> Fact:
    """The fault of an alarm that was cleared a moment ago is back: the alarm is open again."""
    return Fact(
        FactKind.ALARM_RETURNED,
        {"id": alarm.id, "returns": alarm.returns + 1, "values": dict(change.values)},
    )


def alarm_cleared(alarm: Alarm, *, reason: str) -> Fact:
    """The fault is over (`well`), or it is not watched any more (`gone`)."""
    return Fact(FactKind.ALARM_CLEARED, {"id": alarm.id, "reason": reason})


def alarm_acknowledged(alarm: str) -> Fact:
    """A person takes care of an alarm; the fact's author is that person."""
    return Fact(FactKind.ALARM_ACKNOWLEDGED, {"id": alarm})


def recipient_added(
    recipient: str, *, channel: str, site: str, address: Erasable, choice: AlarmChoice
) -> Fact:
    """One more address receives the chosen alarms of a site, or of every site (`*`)."""
    body = {"id": recipient, "channel": channel, "site": site, "address": address.as_body()}
    return Fact(FactKind.RECIPIENT_ADDED, body | choice.as_body())


def recipient_changed(recipient: str, choice: AlarmChoice) -> Fact:
    """Other alarms than before are sent to an address, or in another language."""
    return Fact(FactKind.RECIPIENT_CHANGED, {"id": recipient} | choice.as_body())


def recipient_renewed(recipient: str) -> Fact:
    """A webhook is signed with another secret from now on."""
    return Fact(FactKind.RECIPIENT_RENEWED, {"id": recipient})


def recipient_removed(recipient: str) -> Fact:
    """Alarms are not sent to an address any more."""
    return Fact(FactKind.RECIPIENT_REMOVED, {"id": recipient})
