"""The entry: settings, composition, command line. Nothing imports it."""
