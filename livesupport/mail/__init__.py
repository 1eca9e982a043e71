"""The post room: writes the mails that the outbox names, in the language of their reader and the look of their site.

`room.py` is the door; `letters.py` says what stands in each kind of mail, `writing.py` makes a message of it.
"""
