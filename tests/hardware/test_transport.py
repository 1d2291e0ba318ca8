"""Where a printer may be: never at a link-local address."""

import pytest

from hardware.transport import PrinterUnreachable, TcpAddress


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1%lo"])
def test_no_printer_is_asked_at_a_link_local_address(host: str):
    """Services of a data centre answer there with its secrets."""
    with pytest.raises(PrinterUnreachable, match="link-local"):
        TcpAddress(host, 80).connect(within_s=0.01)
