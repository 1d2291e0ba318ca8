"""The public page of a hall, which a site may turn on."""
