"""Where nobody is led after signing in: what browsers read as another server."""

LEADING_AWAY = (
    "//elsewhere.example/",
    "https://elsewhere.example/",
    "/\\elsewhere.example",
    "/\t\\elsewhere.example",
    "/\t//elsewhere.example",
    "/\r\n/elsewhere.example",
    "elsewhere.example",
    "//[",
    "",
)
