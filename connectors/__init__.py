"""The outside, one folder a kind. No connector imports another."""
