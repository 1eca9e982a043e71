"""The sealing keys of the tests."""

from livesupport.chat.seal import KeyRing

RING = KeyRing("first", {"first": bytes(range(32))})
