"""The contract-management backend: one port, an embedded reference backend, an HTTP client of the same contract."""
