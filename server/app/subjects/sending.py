"""What leaves the installation: alarms to their recipients, letters to people."""

from functools import lru_cache

from server.app.subjects.foundation import Foundation
from server.domain.texts import Letter
from server.sending.mail import Letters, MailServer, ReportLetters
from server.sending.sender import Channel, Sender, Webhooks
from server.store.reports import LetterRow, ScheduleRow
from server.usecases.alarms.alarm_recipients import EMAIL, WEBHOOK
from server.usecases.reports.reports import ReportReach, read_report
from server.web.pages.reports.papers import report_letter
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence

SENT_WITHIN_S = 20.0
"""How long the mail server has for a letter while a person waits at a page."""


def build_sender(base: Foundation) -> Sender:
    """The sender of alarms, which gets each commit."""
    channels: dict[str, Channel] = {
        EMAIL: Letters(MailServer(base.settings), base.catalogues.translate),
        WEBHOOK: Webhooks(may_be_private=base.settings.webhooks_to_private),
    }
    sender = Sender(base.database, channels, base.socketio.start_background_task)
    base.database.subscribers.append(sender.committed)
    return sender


def build_mail_server(base: Foundation) -> MailServer:
    """The mail server, for letters that a person waits for."""
    return MailServer(base.settings, in_all_s=SENT_WITHIN_S)


def build_report_letters(base: Foundation, papers: Papers) -> ReportLetters:
    """The letters of scheduled reports."""
    made = lru_cache(maxsize=4)(papers.made)  # all recipients get one paper

    def write(schedule: ScheduleRow, letter: LetterRow, address: str) -> Letter:
        report = read_report(base.database, letter.report, ReportReach(None, None), reader="")
        words = ReportWording(Sentence(base.catalogues.translate, schedule.language))
        url = base.settings.public_url
        return report_letter(report, schedule, letter, address, words, url, made=made)

    return ReportLetters(base.database, MailServer(base.settings), write)
