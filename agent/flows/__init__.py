"""Flows as data (Rasa flows format) and the deterministic engine that runs them."""
