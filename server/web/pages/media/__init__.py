"""The library of media: its page `/affichage/medias`, and the prepared files."""
