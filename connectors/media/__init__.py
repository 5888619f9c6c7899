"""Live media: a resident's browser as a line of a call, and the rooms in which browsers meet."""
