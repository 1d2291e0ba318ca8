"""The REST API `/api/v1` (CONTRACT): one blueprint a subject, OpenAPI 3.1 from the code."""
