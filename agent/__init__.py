"""The conversation: a pure core. Text and time come in as arguments; no I/O, no clock, no audio."""
