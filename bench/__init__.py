"""Measurements; nothing of the product imports this."""
