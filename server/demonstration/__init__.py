"""The demonstration: five real-looking halls, accounts, devices and a plausible past."""
