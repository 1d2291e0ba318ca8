"""A hall’s notices for any phone: `/infos/<hall>`, without account, cookie or script."""
