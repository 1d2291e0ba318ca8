"""The register of suggestions and complaints: the public page, and the pages of people who answer."""
