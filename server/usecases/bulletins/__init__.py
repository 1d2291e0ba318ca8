"""Bulletins of authorities: read from outside, proposed to people, shown or dismissed."""
