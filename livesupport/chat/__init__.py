"""The heart that forgets: who talks with whom, decided in memory. No clock, no sockets, no storage, no logs."""
