"""Audio in, audio out: hearing, turn taking, speaking, and the conductor of one call."""
