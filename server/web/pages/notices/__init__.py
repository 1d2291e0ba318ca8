"""Pages of notices and media, `/affichage`; notices on any phone, `/infos`."""
