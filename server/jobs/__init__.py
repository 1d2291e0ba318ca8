"""What happens by the clock: half-day and day end, purge."""
