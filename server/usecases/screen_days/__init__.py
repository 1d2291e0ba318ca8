"""Screen days: what the screens of a hall show now, on a day, in a month, and what visitors read of it."""
