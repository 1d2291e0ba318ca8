"""Store: migrate, back up, erase, and keep the files private."""
