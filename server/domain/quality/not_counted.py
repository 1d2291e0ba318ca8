"""What the registry of indicators does not count: measured elsewhere, or not at all. Pure.

The dictionary names each with the reason. Rules in prose: docs/rules/indicators.md, « Not counted ».
"""

MEASURED_ELSEWHERE = ("satisfaction", "response_rate", "representativeness", "device_presence")
"""Indicators that are not counted from visits; their values stand in tables of their own."""
NOT_MEASURED = ("breaks", "hours_against_plan", "wrap_up")
"""What people ask for and no fact says."""
