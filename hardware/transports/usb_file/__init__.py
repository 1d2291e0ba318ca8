"""Printers on USB that the kernel's driver (usblp) offers as a file, `/dev/usb/lp0` and following."""
