"""Codes that visitors scan from a screen."""

import segno


def code_to_scan(address: str) -> str:
    """A QR code of an address (ISO/IEC 18004, level M or better, quiet zone of 4 modules) as a data URL."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True, encode_minimal=True)
