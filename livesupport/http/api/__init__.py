"""What programs ask for, under /api/v1: JSON, and errors as RFC 9457 problem details. Thin doors to the same services."""
