"""Turn taking: pure state machines and decisions fed with times and words; no clock, no audio, no tasks."""
