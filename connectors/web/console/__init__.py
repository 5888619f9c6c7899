"""Pages of staff: drawn by the service from what the house tells of a team; every text is escaped by ``markup``."""
