"""Text to speech: spoken form, clauses, engines, the prompt cache."""
