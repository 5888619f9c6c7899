"""Utterance + what was asked -> commands. Each stage is a pure function, testable alone."""
