"""One parser an ask, grouped by what they measure; each module exports ``PARSERS``."""
