"""The addresses that printers ask for their jobs. They know no person, no cookie and no page."""
