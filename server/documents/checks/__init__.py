"""What documents must respect beyond the form of their parts."""
