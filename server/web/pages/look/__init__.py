"""The organisation's look: its stylesheet, logo and font, served to everybody."""
