"""Printers on USB without a file of the kernel, driven by libusb."""
