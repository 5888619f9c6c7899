"""Frozen data of the conversation; standard library only."""
