"""What is kept how long: the schedule and its purges, the register, and what Parvis knows of people."""
