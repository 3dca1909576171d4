"""Quantities that several analyses take from the frozen tables in the same way."""
