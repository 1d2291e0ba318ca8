"""The states of a print job."""

from typing import Literal

type PrintJobState = Literal["queued", "sending", "done", "cancelled"]
"""`done`: with a final verdict; `cancelled`: given up before it was printed."""
