"""Backups: everything that must last, in one folder. `making.py` makes one while the server runs, `restoring.py` puts one in
place of what is there, `checking.py` looks whether data and files are sound."""
