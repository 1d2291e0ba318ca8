"""The pages « What if »: a change of a usual day, and the counters of a usual week."""
