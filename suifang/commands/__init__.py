"""One module a command: ``EXAMPLE``, ``add_arguments(parser)``, ``async run(args) -> exit code``."""
