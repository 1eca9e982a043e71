"""The pages that people see, one file per noun of the address line. Each is a thin door to a service."""
