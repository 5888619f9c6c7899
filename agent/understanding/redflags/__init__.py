"""The two red-flag nets: words said, and values out of the critical limits. They stand before everything else."""

from agent.understanding.redflags.lexicon import RedFlagRules, load_redflags
from agent.understanding.redflags.values_net import value_alerts
from agent.understanding.redflags.words_net import mentions, probe_question, raised, word_alerts

__all__ = ["RedFlagRules", "load_redflags", "mentions", "probe_question", "raised", "value_alerts", "word_alerts"]
