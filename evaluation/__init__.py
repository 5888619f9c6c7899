"""Simulated residents, case runners and metrics: what the agent does, measured."""
