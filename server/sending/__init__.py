"""Why something could not be sent, by a code that names a sentence (`alarms.failure.…`)."""

FAILURES = (
    "email_off",
    "email_unreachable",
    "email_sign_in",
    "email_refused",
    "webhook_private",
    "webhook_unknown_host",
    "webhook_unreachable",
    "webhook_silent",
    "webhook_refused",
)
"""Every code there is."""


class SendRefused(Exception):
    """A message that did not arrive; `code` is one of FAILURES, `answer` what the other side said."""

    def __init__(self, code: str, answer: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.answer = answer
