"""Model files and where they come from; no model is run here."""
