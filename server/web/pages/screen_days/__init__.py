"""What the screens of a hall show: now, on a day, in a month."""
