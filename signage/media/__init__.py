"""Media of notices: prepared from uploads, decoded and encoded anew; knows no web and no database."""
