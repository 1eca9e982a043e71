"""/admin: what administrators set up. Every page is a thin door: the services check the right again, and keep the audit log."""
