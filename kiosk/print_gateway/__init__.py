"""The print gateway: a program on a kiosk's computer that prints what the hall's server has for its printer.

It needs `hardware`, the standard library, and Babel for its sentences; nothing of the server. It prints only:
it issues no tickets while the server is away (`parvis-kiosk` would).
"""
