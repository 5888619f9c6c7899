"""Other frameworks on the same audio. Each module runs alone in the environment of the extra ``peers``."""
