"""What is erased when: decided, done, reported."""
