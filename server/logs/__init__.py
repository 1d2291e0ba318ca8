"""What whoever runs the server reads: lines on standard error, without any secret."""
