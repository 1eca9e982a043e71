"""The night watch: work that is done later or again and again. `runner.py` does it, `tasks.py` says what each kind of work
is, `schedule.py` says what comes round."""
