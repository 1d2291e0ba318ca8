"""Store: migrate, back up, restore, erase, and keep files private."""
