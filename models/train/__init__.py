"""Trains the bundled recogniser; nothing of the service imports this package."""
